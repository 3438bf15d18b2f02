#include "dsrctl/report_style.h"

namespace dsr::dsrctl {

const char kReportStyle[] = R"css(
* { box-sizing: border-box; }
html { color-scheme: light; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: #eef1f5; color: #1d2733;
  font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  -webkit-print-color-adjust: exact; print-color-adjust: exact;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 2rem 3rem; background: #fff; }
header { border-bottom: 3px solid #144b5e; padding-bottom: 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.4rem; color: #144b5e; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 0.6rem; color: #144b5e; }
h3 { font-size: 0.8rem; margin: 1.2rem 0 0.4rem; color: #4a5766; font-weight: 600;
  letter-spacing: 0.06em; text-transform: uppercase; }
p { margin: 0.5rem 0; }
.lead { font-size: 1.1rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.2rem 2rem; margin: 0; color: #4a5766; }
.facts div { display: flex; gap: 0.5rem; flex-wrap: wrap; }
.facts dt { margin: 0; }
.facts dd { margin: 0; color: #1d2733; font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem;
  margin: 0; }
.tile { border: 1px solid #c9d1da; border-left: 5px solid #8593a3; border-radius: 4px;
  padding: 0.6rem 0.8rem; break-inside: avoid; display: flex; flex-direction: column; }
.tile.good { border-left-color: #1f6f8b; }
.tile.warn { border-left-color: #f0a030; background: #fff8ec; }
.tile.bad { border-left-color: #b3261e; background: #fdf0ef; }
.tile dt { color: #4a5766; font-size: 0.87rem; line-height: 1.3; }
.tile dd { margin: 0; }
.tile .figure { font-size: 1.75rem; font-weight: 600; line-height: 1.25; }
.tile .figure small { font-size: 0.95rem; font-weight: 400; }
.tile .note { color: #4a5766; font-size: 0.82rem; line-height: 1.35; }
figure { margin: 0.5rem 0 1rem; break-inside: avoid; }
figure .wide { padding-top: 0.5rem; }
figcaption { color: #4a5766; }
svg { display: block; width: 100%; min-width: 38rem; height: auto; font-family: inherit; }
.wide { overflow-x: auto; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem;
  align-items: start; }
.pair > * { min-width: 0; }
table { border-collapse: collapse; width: 100%; margin: 0.9rem 0 1.2rem; font-size: 0.84rem;
  line-height: 1.35; }
caption { text-align: left; font-weight: 600; font-size: 0.95rem; padding-bottom: 0.4rem;
  break-after: avoid; }
th, td { padding: 0.35rem 0.45rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid #dde3ea; }
thead th { vertical-align: bottom; font-size: 0.78rem; color: #4a5766;
  border-bottom: 2px solid #8593a3; }
tbody th { font-weight: 400; }
tbody tr:nth-child(even) { background: #f6f8fa; }
tr { break-inside: avoid; }
tbody tr.total { background: #fff; }
tr.total th, tr.total td { font-weight: 600; border-top: 2px solid #8593a3; border-bottom: 0; }
.n { text-align: right; }
td.n, .when { white-space: nowrap; }
td.zero, th.zero { color: #66727f; }
/* Room for the longest names of types and outcomes, so that only longer ones are broken. */
.id { overflow-wrap: anywhere; min-width: calc(11ch + 0.9rem); }
.none { color: #4a5766; border: 1px dashed #8593a3; border-radius: 4px; padding: 0.8rem 1rem; }
details { margin-top: 0.3rem; }
summary { cursor: pointer; color: #144b5e; font-size: 0.87rem; }
footer { margin-top: 2.5rem; border-top: 1px solid #8593a3; padding-top: 0.8rem; color: #4a5766;
  font-size: 0.84rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 2rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
}
@media print {
  @page { size: A4; margin: 14mm 13mm 15mm;
    @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #4a5766; }
  }
  html { font-size: 12px; }
  body { background: #fff; font-size: 9.5pt; line-height: 1.4; }
  main { max-width: none; margin: 0; padding: 0; }
  h1 { font-size: 20pt; }
  h2 { font-size: 13pt; margin-top: 13pt; break-after: avoid; }
  h3 { font-size: 8pt; break-after: avoid; }
  .lead { font-size: 10.5pt; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(31mm, 1fr)); gap: 6pt; }
  .tile { padding: 4pt 6pt; }
  .tile .figure { font-size: 15pt; }
  .tile dt, .tile .note { font-size: 7.5pt; }
  .wide { overflow: visible; }
  svg { min-width: 0; }
  table { font-size: 7.5pt; margin: 6pt 0 10pt; }
  caption { font-size: 9.5pt; }
  thead { display: table-header-group; }
  thead th { font-size: 7pt; }
  th, td { padding: 2pt 3pt; }
  .id { min-width: calc(11ch + 6pt); }
  .pair { grid-template-columns: 1fr 1fr; }
  details { display: none; }
  footer { font-size: 8pt; break-inside: avoid; }
}
)css";

}  // namespace dsr::dsrctl
