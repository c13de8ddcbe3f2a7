/// What a page of ``MapPage`` is drawn with.
enum MapPageAssets {
  static let style = """
    :root{--ink:#1d2430;--paper:#fff;--soft:#5d6675;--line:#dfe3ea;--empty:#eceff4;\
    --torn:#f0b400;--damaged:#e00034;--accent:#2f7ed8}
    @media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--paper:#14181f;--soft:#9aa3b2;\
    --line:#2b323d;--empty:#222832}}
    body{margin:2rem auto;max-width:1080px;padding:0 1rem;background:var(--paper);\
    color:var(--ink);font:14px/1.5 system-ui,sans-serif}
    h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.05rem;margin:1.8rem 0 .5rem}
    code{font-size:.92em;overflow-wrap:anywhere}
    .facts,.axis,.legend{color:var(--soft)}
    .file{margin:.5rem 0}.file div{margin-bottom:2px}.old svg{opacity:.45}
    svg{display:block;width:100%;height:22px}
    .file svg{shape-rendering:crispEdges}.legend .swatch:first-child{margin-left:0}
    svg.chart{height:120px;background:var(--empty)}
    body[data-by=source] rect.records{fill:var(--s)}
    body[data-by=age] rect.records{fill:var(--a)}
    body[data-by=force] rect.records{fill:var(--f)}
    rect.unwritten{fill:var(--empty)}rect.torn{fill:var(--torn)}rect.damaged{fill:var(--damaged)}
    rect.hit{fill:transparent}rect.column{fill:var(--accent)}
    .growth{fill:var(--accent);opacity:.75}
    g:hover .hit{fill:var(--line)}
    .file rect:hover{stroke:var(--ink);stroke-width:2}
    .swatch{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;border-radius:2px}
    .by-source,.by-age,.by-force{display:none}
    body[data-by=source] .by-source,body[data-by=age] .by-age,\
    body[data-by=force] .by-force{display:block}
    .legend{margin:.2rem 0}
    .axis{display:flex;justify-content:space-between;margin:.2rem 0}
    button{margin-left:.4rem;padding:.15rem .6rem;border:1px solid var(--line);\
    border-radius:4px;background:var(--empty);color:var(--ink);cursor:pointer}
    button.on{background:var(--accent);color:#fff}
    table{width:100%;border-collapse:collapse}
    td,th{padding:.2rem .5rem;text-align:left;border-bottom:1px solid var(--line)}
    .n{text-align:right;white-space:nowrap}th:nth-child(2),th:nth-child(3){text-align:right}
    .bar{width:25%}.bar div{height:.8rem;border-radius:2px}
    .found li{white-space:pre-wrap}
    #tip{position:fixed;pointer-events:none;white-space:pre;background:var(--ink);\
    color:var(--paper);padding:.3rem .6rem;border-radius:4px;font-size:12px;z-index:1}
    """

  static let script = """
    const tip=document.getElementById('tip');
    document.addEventListener('mousemove',e=>{
      const t=e.target.closest&&e.target.closest('[data-tip]');
      tip.hidden=!t;
      if(!t)return;
      tip.textContent=t.dataset.tip;
      const w=tip.offsetWidth,h=tip.offsetHeight;
      tip.style.left=Math.max(4,Math.min(e.clientX+14,innerWidth-w-8))+'px';
      tip.style.top=(e.clientY+h+24>innerHeight?e.clientY-h-10:e.clientY+16)+'px';
    });
    const buttons=document.querySelectorAll('button[data-by]');
    function choose(by){
      document.body.dataset.by=by;
      buttons.forEach(b=>b.classList.toggle('on',b.dataset.by===by));
    }
    buttons.forEach(b=>b.addEventListener('click',()=>choose(b.dataset.by)));
    choose('source');
    """
}
