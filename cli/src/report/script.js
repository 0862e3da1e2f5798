// The confusion matrix follows the slider; everything else on the page needs no script.
for (const slider of document.querySelectorAll(".slider")) {
  const cells = JSON.parse(slider.querySelector("script").textContent);
  const input = slider.querySelector("input");
  const show = () => {
    // Where a report that is shared leaves the cells out, they are dashes.
    const [tp, fp, tn, fn] = cells[input.value] ?? [];
    const number = (cell) => cell?.toLocaleString("en") ?? "–";
    const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)}%` : "–");
    const values = {
      threshold: (input.value / 100).toFixed(2),
      tp: number(tp),
      fp: number(fp),
      tn: number(tn),
      fn: number(fn),
      precision: share(tp, tp + fp),
      recall: share(tp, tp + fn),
      accuracy: share(tp + tn, tp + fp + tn + fn),
      contacted: share(tp + fp, tp + fp + tn + fn),
    };
    for (const [name, value] of Object.entries(values)) {
      for (const place of slider.querySelectorAll(`[data-of="${name}"]`)) place.textContent = value;
    }
    input.setAttribute(
      "aria-valuetext",
      `threshold ${values.threshold}: precision ${values.precision}, recall ${values.recall}`,
    );
  };
  input.addEventListener("input", show);
  slider.hidden = false;
  show();
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => (details.open = true)));
