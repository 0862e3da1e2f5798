/** What a customer is called: by the identifier, or else by the place in the file. */
import type { ScoredTable } from "../table/scored-table";
import { texts } from "../text/texts";

export function customerTitle(table: ScoredTable, row: number): string {
  return table.customerName(row) ?? texts().unitNumber(table.unit, table.lines[row]!);
}
