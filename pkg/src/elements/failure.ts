/** An error in plain words, with its code and what is wrong with each field. */

import { css, html, nothing, type TemplateResult } from "lit";
import { isError, type Problem, type TenureError } from "tenure";

import { ALERT, drawing } from "./marks.js";
import { theme } from "./theme.js";
import { counted, fill, type Words } from "./words.js";

/** The problem of a value as text: `must be at least 0 (got -1)`. */
export function problemText({ rule, message, value }: Problem, words: Words): string {
  return fill(words.got, { message: words.rules[rule] ?? message, value });
}

/** @param label the label of a field. */
export function failure(error: TenureError, words: Words, label: (field: string) => string): TemplateResult {
  const problems = error.code === "record_invalid" ? error.problems.filter(isError) : [];
  return html`<div class="failure" part="error" role="status">
    ${drawing(ALERT)}
    <div>
      <p>${title(error, words)} <code part="code">${error.code}</code></p>
      ${
        problems.length > 0
          ? html`<ul part="problems">
            ${problems.map((problem) => html`<li><b>${label(problem.field)}</b> ${problemText(problem, words)}</li>`)}
          </ul>`
          : nothing
      }
      ${error.code === "record_invalid" ? nothing : html`<p part="message" lang="en">${error.message}</p>`}
    </div>
  </div>`;
}

function title({ code, problems }: TenureError, words: Words): string {
  if (code === "record_invalid") return counted(words.notScored, problems.filter(isError).length);
  if (code === "fetch_failed") return words.modelFetch;
  if (code.startsWith("artifact_")) return words.modelUnreadable;
  return code === "wasm_unavailable" ? words.modelUnsupported : words.failed;
}

export const failureStyles = css`
  .failure {
    display: flex;
    gap: 0.6em;
    padding: 0.6rem 0.8rem;
    border: 1px solid transparent;
    border-radius: ${theme.radiusSmall};
    background: ${theme.errorPaper};
    color: ${theme.error};
    overflow-wrap: anywhere;
  }
  .failure code {
    font-size: 0.9em;
    white-space: nowrap;
  }
  .failure ul {
    margin-top: 0.25rem;
  }
`;
