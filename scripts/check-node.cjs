// Says in one line that this Node is too old, before anything modern is loaded. Plain old JavaScript on purpose.
"use strict";
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    "gatehouse needs Node.js 24 or newer, this is " +
      process.version +
      ". `npm ci` brings it along (do not use --omit=optional), or install Node.js 24 LTS.",
  );
  process.exit(78);
}
