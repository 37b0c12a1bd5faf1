(() => {
  "use strict";
  const table = document.getElementById("finding-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const filter = () => {
    const wanted = new FormData(form);
    const words = wanted.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const fits =
        (!wanted.get("control") || row.dataset.control === wanted.get("control")) &&
        (!wanted.get("direction") || row.dataset.direction === wanted.get("direction")) &&
        words.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    }
    shown.value = `${count.toLocaleString("en")} shown`;
  };

  const sort = (heading) => {
    const column = heading.cellIndex;
    const numeric = heading.dataset.sort === "number";
    const direction = heading.getAttribute("aria-sort") === (numeric ? "descending" : "ascending") ? (numeric ? 1 : -1) : numeric ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    const value = (row) => {
      const cell = row.cells[column];
      return numeric ? Number(cell.dataset.value) : cell.textContent.trim();
    };
    rows.sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      return direction * (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
    });
    body.append(...rows);
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const heading of table.tHead.querySelectorAll("th[data-sort]")) {
    heading.querySelector("button").addEventListener("click", () => sort(heading));
  }
})();
