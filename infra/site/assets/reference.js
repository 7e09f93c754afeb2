// Draws the API reference. Over HTTP it asks for the contract again, in which a running stack names its own address.
const embedded = JSON.parse(document.getElementById("contract").textContent);
const LANGUAGES_HIDDEN = [
  "c", "clojure", "csharp", "dart", "fsharp", "go", "http", "java", "julia", "kotlin", "node", "objc", "ocaml", "php",
  "powershell", "r", "ruby", "rust", "swift",
];
Scalar.createApiReference("#reference", {
  ...(location.protocol === "file:" ? { content: embedded } : { url: "openapi.json" }),
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
  persistAuth: true,
  hiddenClients: {
    ...Object.fromEntries(LANGUAGES_HIDDEN.map((name) => [name, true])),
    shell: ["httpie", "wget"],
    python: ["python3", "requests", "aiohttp", "httpx_async"],
    js: ["axios", "jquery", "ofetch", "xhr"],
  },
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  hideTestRequestButton: location.pathname.includes("/gateway/"), // it is not on this server
  generateOperationSlug: ({ operationId }) => operationId,
});
