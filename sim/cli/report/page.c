#include "sim/cli/report/page.h"

#include "sim/cli/report/html.h"

#include <stddef.h>

static const char *const style[] = {
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;"
    "--head:#f3f5f7;--link:#0550ae;--best:#0a6640;--bar:#c9dcf2}\n",
    "@media (prefers-color-scheme:dark){:root{--back:#14171b;--text:#e3e7ec;--soft:#9aa5b1;"
    "--line:#353c45;--head:#1e232a;--link:#7cb7ff;--best:#5fd39a;--bar:#27405e}\n"
    ".plot img{filter:invert(.92) hue-rotate(180deg)}}\n",
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:1400px;padding:1rem clamp(.75rem,3vw,2.5rem) 4rem;"
    "background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,'Segoe UI',"
    "'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n",
    "h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .25rem}\n"
    "h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);"
    "padding-bottom:.25rem}\n"
    "h3{font-size:1.05rem;margin:1.4rem 0 .5rem}\n"
    "p{margin:.4rem 0}.note{color:var(--soft);font-size:.87rem;font-weight:normal}\n"
    "nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.75rem 0}a{color:var(--link)}\n",
    ".scroll{overflow:auto;max-height:75vh;border:1px solid var(--line);border-radius:6px;"
    "margin:.5rem 0}\n"
    "table{border-collapse:separate;border-spacing:0;font-size:.87rem;overflow-wrap:normal;"
    "width:100%}\n"
    "th,td{padding:.3rem .65rem;text-align:left;border-bottom:1px solid var(--line);"
    "white-space:nowrap;vertical-align:top}\n"
    "tbody tr:last-child>*{border-bottom:0}\n"
    "thead th{position:sticky;top:0;background:var(--head);z-index:1}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "tbody td:first-child{position:sticky;left:0;background:var(--back)}"
    "thead th:first-child{left:0;z-index:2}\n",
    "table.facts{width:auto}table.facts th{background:none;position:static;color:var(--soft);"
    "font-weight:normal}\n"
    ".best{color:var(--best);font-weight:600}\n"
    "td.share{background:linear-gradient(to right,var(--bar) var(--p),transparent var(--p))}\n"
    "th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid "
    "var(--link)}\n"
    "th[aria-sort=ascending] button::after{content:' \\2191'}"
    "th[aria-sort=descending] button::after{content:' \\2193'}\n",
    "details{margin:.5rem 0}summary{cursor:pointer;padding:.2rem 0;font-weight:600}\n"
    "pre{overflow:auto;max-height:75vh;border:1px solid var(--line);border-radius:6px;"
    "padding:.75rem;background:var(--head);font:13px/1.45 ui-monospace,'DejaVu Sans "
    "Mono',monospace;overflow-wrap:normal}\n"
    "figure{margin:.75rem 0}.plot{overflow:auto}.plot img{display:block;width:100%;height:auto;"
    "min-width:560px;border-radius:6px}\n"
    "@media (min-width:1250px){.plots{display:grid;grid-template-columns:1fr 1fr;gap:0 1.5rem}}\n",
    "@media print{:root{color-scheme:light;--back:#fff;--text:#000;--soft:#444;--line:#bbb;"
    "--head:#eee;--link:#000;--best:#000}\n"
    "body{padding:0;max-width:none;font-size:10.5px}nav{display:none}"
    ".scroll,pre{max-height:none;overflow:visible;border:0}pre{white-space:pre-wrap}"
    "thead th{position:static}thead{display:table-header-group}"
    "tr,figure{break-inside:avoid}h2,h3{break-after:avoid}"
    "details:not([open]){display:none}"
    ".plot{overflow:visible}.plot img{filter:none;min-width:0}.plots{display:block}"
    "th,td{white-space:normal;padding:.15rem .35rem}}\n",
    NULL,
};

/* Empty cells stand last, whichever way. */
static const char *const script[] = {
    "'use strict';\n"
    "function key(row,i){const c=row.cells[i];return c.dataset.v!==undefined?c.dataset.v:"
    "c.textContent}\n"
    "function order(a,b){if(a===''||b==='')return a===b?0:a===''?2:-2;\n"
    "const x=Number(a),y=Number(b);\n"
    "if(!Number.isNaN(x)&&!Number.isNaN(y))return Math.sign(x-y);\n"
    "return Math.sign(a.localeCompare(b,undefined,{numeric:true}))}\n",
    "function sort(th){const table=th.closest('table'),i=th.cellIndex,body=table.tBodies[0];\n"
    "const down=th.getAttribute('aria-sort')==='ascending';\n"
    "for(const other of th.parentNode.cells)other.removeAttribute('aria-sort');\n"
    "th.setAttribute('aria-sort',down?'descending':'ascending');\n"
    "const rows=Array.from(body.rows,r=>[key(r,i),r]);\n"
    "rows.sort((a,b)=>{const o=order(a[0],b[0]);return o===2?1:o===-2?-1:down?-o:o});\n"
    "body.append(...rows.map(r=>r[1]))}\n",
    "for(const th of document.querySelectorAll('table.sorts thead th')){\n"
    "const b=document.createElement('button');b.type='button';b.title='sort';\n"
    "b.append(...th.childNodes);th.append(b);b.addEventListener('click',()=>sort(th))}\n",
    NULL,
};

static void put_all(struct out_file *out, const char *const *texts)
{
    for (size_t i = 0; texts[i] != NULL; i++)
        html_raw(out, texts[i]);
}

void page_begin(struct out_file *out, const char *title)
{
    html_raw(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  /* The page may run its own script and style and show its own pictures. */
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n");
    html_element(out, "title", title);
    html_raw(out, "\n<style>\n");
    put_all(out, style);
    html_raw(out, "</style>\n</head>\n<body>\n");
}

void page_end(struct out_file *out)
{
    html_raw(out, "<script>\n");
    put_all(out, script);
    html_raw(out, "</script>\n</body>\n</html>\n");
}
