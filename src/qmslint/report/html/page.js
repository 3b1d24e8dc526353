// Finding in the results, unfolding, printing. The page is complete without this.
"use strict";
(() => {
  const form = document.getElementById("filter");
  const search = document.getElementById("search");
  const chapter = document.getElementById("chapter");
  const unfold = document.getElementById("unfold");
  const shown = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const results = [...document.querySelectorAll(".result")].map((node) => ({
    node,
    state: node.dataset.state,
    chapters: (node.dataset.chapters || "").split(" "),
    text: node.textContent.toLowerCase(),
  }));
  const folds = [...document.querySelectorAll("details")];

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const result of results) {
      const fits =
        states.has(result.state) &&
        (!chapter.value || result.chapters.includes(chapter.value)) &&
        words.every((word) => result.text.includes(word));
      result.node.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const note of document.querySelectorAll(".no-match")) {
      const inside = [...note.parentElement.querySelectorAll(".result")];
      note.hidden = inside.length === 0 || inside.some((node) => !node.hidden);
    }
    shown.textContent = `${count} of ${results.length} results shown`;
  };

  const fold = (open) => {
    for (const node of folds) node.open = open;
    unfold.setAttribute("aria-pressed", String(open));
  };

  // A link to a result that the filter hides shows everything again rather than leading nowhere.
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.hidden) return;
    form.reset();
    apply();
    target.scrollIntoView();
  };

  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  });
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  unfold.addEventListener("click", () => fold(unfold.getAttribute("aria-pressed") !== "true"));
  window.addEventListener("hashchange", follow);

  let open = [];
  window.addEventListener("beforeprint", () => {
    open = folds.filter((node) => node.open);
    for (const node of folds) node.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const node of folds) node.open = open.includes(node);
  });

  form.hidden = false;
  apply();
})();
