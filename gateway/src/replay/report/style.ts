/** How the report looks: light, dark, on paper, and on a phone. */

export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--edge:#d5dae0;--grid:#e6e9ed;--axis:#8c959f;
--line:#0b5cad;--band:rgba(60,130,210,.26);--dot:#7a3e9d;--limit:#c0262d;--alert:rgba(214,69,65,.16);--chance:#9a5b00;--chance-area:#f4e3c3;--link:#0b5cad}
@media screen and (prefers-color-scheme:dark){:root{--back:#14171b;--card:#1d2127;--ink:#e8eaed;--soft:#a9b1ba;--edge:#3a4048;--grid:#2b3037;--axis:#7d858e;
--line:#7db8f5;--band:rgba(100,170,250,.3);--dot:#d3a4f0;--limit:#ff8a85;--alert:rgba(255,110,100,.2);--chance:#f0b860;--chance-area:#4a3818;--link:#8cc2ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main,header{max-width:58rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.25rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1.05rem;margin:0;display:inline;overflow-wrap:anywhere}
h4{font-size:1rem;margin:0}
p{margin:.35rem 0}
time,.dates{white-space:nowrap}
small{font-size:.875rem;color:var(--soft)}
a{color:var(--link)}
.lang{position:absolute;opacity:0;width:1px;height:1px}
.langs{display:flex;gap:.5rem;justify-content:flex-end}
.langs label{padding:.2rem .7rem;border:1px solid var(--edge);border-radius:1rem;cursor:pointer}
#lang-zh:checked~header .langs [for=lang-zh],#lang-en:checked~header .langs [for=lang-en]{background:var(--ink);color:var(--back)}
#lang-zh:focus-visible~header .langs [for=lang-zh],#lang-en:focus-visible~header .langs [for=lang-en]{outline:3px solid var(--link);outline-offset:2px}
#lang-zh:checked~* [lang=en]{display:none}
#lang-en:checked~* [lang=zh-CN]{display:none}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--edge);vertical-align:top;font-weight:normal}
thead th{color:var(--soft);font-size:.875rem}
td.n,th.n{text-align:right}
.rooms th,.rooms td{border-bottom:1px dashed var(--edge)}
.scroll{overflow-x:auto}
.room{background:var(--card);border:1px solid var(--edge);border-radius:.6rem;padding:.6rem .8rem;margin:.7rem 0}
summary{cursor:pointer}
[id^=room-]{scroll-margin-top:3.5rem}
summary:focus-visible,a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.badge{display:inline-block;font-size:.8125rem;font-weight:600;border:1px solid var(--edge);border-radius:1rem;padding:0 .55rem;white-space:nowrap}
.badge.strong{border-color:var(--limit);color:var(--limit)}
figure{margin:.5rem 0}
figcaption{font-size:.875rem;color:var(--soft)}
.plot svg{display:block;width:100%;height:auto}
.plot.narrow{display:none}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.875rem;color:var(--soft);padding:0;list-style:none;margin:.5rem 0}
.legend i{display:inline-block;width:1.5rem;height:.7rem;margin-right:.4rem;vertical-align:baseline}
.legend .line{border-top:3px solid var(--line);height:0;vertical-align:middle}
.legend .band{background:var(--band)}.legend .alerted{background:var(--alert);border:1px solid var(--edge)}
.legend .dot{width:.55rem;height:.55rem;border-radius:50%;background:var(--dot)}
.legend .limit{border-top:2px dashed var(--limit);height:0;vertical-align:middle}
.alert{border-left:4px solid var(--limit);padding:.1rem 0 .1rem .7rem;margin:.6rem 0}
.alert.level-yellow{border-color:#c99700}.alert.level-blue{border-color:#4a90d9}
.alert ul{margin:.25rem 0;padding-left:1.2rem}
.note{border-left:4px solid var(--chance);padding-left:.7rem}
footer{margin:2rem 0;color:var(--soft);font-size:.875rem}
@media (max-width:40rem){.plot.wide{display:none}.plot.narrow{display:block}.room{padding:.5rem .6rem}.hide{display:none}}
@media print{:root{color-scheme:light}body{font-size:11pt}.langs{display:none}.room{background:none}summary{break-after:avoid}
.room:not([open]){display:none}article,figure{break-inside:avoid}.plot.wide{display:block}.plot.narrow{display:none}
header,main{max-width:none}a{color:inherit;text-decoration:none}}
`;
