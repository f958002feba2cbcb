// @ts-check
/* Everything that signed-in pages do with a script. Each module is for one thing, and binds itself to elements of its own name or to data- attributes. */
import "./parts.js";
import "./load.js";
import "./clock.js";
import "./live.js";
import "./fresh.js";
import "./keys.js";
import "./palette.js";
import "./print.js";
import "./chart.js";
import "./carpet.js";
