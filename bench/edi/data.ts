/** Documents of any size, made piece by piece: purchase orders as X12 850, and a stock report as EDIFACT INVRPT. */

const ISA = 'ISA*00*          *00*          *ZZ*BUYER          *ZZ*SUPPLIER       *261122*0930*U*00401*000000042*0*T*>~'

/** About `bytes` of 850s in one group, in pieces of some ten orders. */
export function* purchaseOrders(bytes: number): Generator<Buffer> {
  let text = `${ISA}GS*PO*BUYER*SUPPLIER*20261122*0930*7*X*004010~`
  let size = 0
  let orders = 0
  while (size < bytes) {
    orders += 1
    text += purchaseOrder(orders)
    if (text.length < 65_536) continue
    size += text.length
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(`${text}GE*${orders}*7~IEA*1*000000042~`, 'latin1')
}

function purchaseOrder(n: number): string {
  const number = String(n).padStart(6, '0')
  const items = 3 + (n % 9)
  const segments = [
    `ST*850*${number}`,
    `BEG*00*DS*PO-${1_000_000 + n}**20261122`,
    'REF*IA*4711',
    `REF*CO*1000${n}`,
    'DTM*010*20261124',
    'TD5**2*UPSN*D*GROUND',
    `N1*ST*JANE DOE ${n}`,
    'N3*12 MAIN STREET*APT 5',
    'N4*SPRINGFIELD*IL*62701*US',
  ]
  for (let i = 1; i <= items; i += 1) {
    const gtin = String((n * i) % 100_000).padStart(5, '0')
    segments.push(`PO1*${i}*${((n * i) % 17) + 1}*EA*${(n % 90) + 9}.95**UP*0123456${gtin}*VN*V-${n}-${i}`)
    segments.push(`PID*F****SMALL WIDGET BLUE ${i}`, 'DTM*002*20261130')
  }
  segments.push(`CTT*${items}`)
  return `${segments.join('~')}~SE*${segments.length + 1}*${number}~`
}

/** About `bytes` of one INVRPT. Every twentieth line holds a released character, as real texts do. */
export function* stockReport(bytes: number): Generator<Buffer> {
  let text =
    "UNA:+.? 'UNB+UNOC:3+4260273430003:14+4036167000009:14+261122:0031+59568084'UNH+1+INVRPT:D:96A:UN:EAN004'BGM+35+43+9'DTM+137:20261122:102'NAD+BY+4260273430003::9'NAD+SU+4036167000009::9'"
  let size = 0
  let segments = 5
  let line = 0
  while (size < bytes) {
    line += 1
    const name = line % 20 === 0 ? `IMD+F++:::WIDGET 1?+1'` : `PIA+1+SKU-${line}:SA'`
    text += `LIN+${line}++${4_045_622_000_000 + line}:EN'${name}QTY+145:${line % 400}:PCE'QTY+66:${line % 7}:PCE'DTM+356:20261122:102'`
    segments += 5
    if (text.length < 65_536) continue
    size += text.length
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(`${text}UNT+${segments + 1}+1'UNZ+1+59568084'`, 'latin1')
}
