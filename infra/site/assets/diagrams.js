// Draws the diagrams of a page in the colours of the screen; a click makes one large.
const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
window.mermaid.initialize({
  startOnLoad: true,
  securityLevel: "strict",
  theme: "base",
  themeVariables: {
    darkMode: dark,
    background: colour("page"),
    mainBkg: colour("code"),
    primaryColor: colour("code"),
    primaryTextColor: colour("text"),
    primaryBorderColor: colour("accent"),
    lineColor: colour("faint"),
    textColor: colour("text"),
    clusterBkg: colour("side"),
    clusterBorder: colour("line"),
    edgeLabelBackground: colour("page"),
    noteBkgColor: colour("mark"),
    noteTextColor: colour("text"),
    noteBorderColor: colour("line"),
    transitionLabelColor: colour("text"),
    fontFamily: getComputedStyle(document.body).fontFamily,
  },
});

function turn(diagram) {
  diagram.classList.toggle("large");
}

for (const diagram of document.querySelectorAll("pre.mermaid")) {
  diagram.tabIndex = 0;
  diagram.addEventListener("click", () => turn(diagram));
  diagram.addEventListener("keydown", (event) => {
    if (event.key === "Enter") turn(diagram);
    if (event.key === "Escape") diagram.classList.remove("large");
  });
}
