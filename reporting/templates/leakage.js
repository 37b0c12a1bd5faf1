(() => {
  "use strict";
  const table = document.getElementById("finding-table");
  if (!table) return;
  const findings = Array.from(table.tBodies);
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const texts = new Map(findings.map((finding) => [finding, finding.textContent.toLowerCase()]));

  const filter = () => {
    const wanted = new FormData(form);
    const words = wanted.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const finding of findings) {
      const fits =
        (!wanted.get("control") || finding.dataset.control === wanted.get("control")) &&
        (!wanted.get("direction") || finding.dataset.direction === wanted.get("direction")) &&
        words.every((word) => texts.get(finding).includes(word));
      finding.hidden = !fits;
      if (fits) count += 1;
    }
    shown.value = `${count.toLocaleString("en")} shown`;
  };

  const sort = (heading) => {
    const column = heading.cellIndex;
    const numeric = heading.dataset.sort === "number";
    // The first click sorts text from A, numbers from the largest; the next click turns it round.
    const first = numeric ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? (numeric ? "ascending" : "descending") : first;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const value = (finding) => {
      const cell = finding.rows[0].cells[column];
      return numeric ? Number(cell.dataset.value) : cell.textContent.trim();
    };
    const sign = order === "ascending" ? 1 : -1;
    findings.sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      return sign * (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
    });
    table.append(...findings);
  };

  const toggle = (button) => {
    const detail = button.closest("tbody").rows[1];
    detail.hidden = !detail.hidden;
    button.setAttribute("aria-expanded", String(!detail.hidden));
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const heading of table.tHead.querySelectorAll("th[data-sort]")) {
    heading.querySelector("button").addEventListener("click", () => sort(heading));
  }
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button.show");
    if (button) toggle(button);
  });
})();
