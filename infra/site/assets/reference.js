// Draws the API reference from the contract in the page, in the colours of the screen.
const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
const colours = dark
  ? { text: "#e4e7ec", faint: "#98a2b3", accent: "#5eead4", side: "#12171f", line: "#2a3342", bad: "#f87171", good: "#4ade80" }
  : { text: "#1d2733", faint: "#5b6675", accent: "#0f766e", side: "#f6f7f9", line: "#dfe3e8", bad: "#c81e1e", good: "#15803d" };
const contract = JSON.parse(document.getElementById("contract").textContent);
const options = {
  hideDownloadButton: true,
  jsonSamplesExpandLevel: 3,
  scrollYOffset: 56,
  theme: {
    spacing: { unit: 5, sectionHorizontal: 36, sectionVertical: 24 },
    colors: {
      primary: { main: colours.accent },
      error: { main: colours.bad },
      success: { main: colours.good },
      text: { primary: colours.text, secondary: colours.faint },
      border: { dark: colours.line, light: colours.line },
    },
    schema: { nestedBackground: colours.side, linesColor: colours.line, typeNameColor: colours.faint },
    sidebar: { backgroundColor: colours.side, textColor: colours.text, width: "270px" },
    rightPanel: { backgroundColor: "#17202c" },
    typography: {
      fontFamily: "inherit",
      fontSize: "15px",
      headings: { fontFamily: "inherit", fontWeight: "600" },
      code: { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", color: colours.accent },
      links: { color: colours.accent },
    },
  },
};
window.Redoc.init(contract, options, document.getElementById("reference"));
