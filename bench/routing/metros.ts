/**
 * Urban areas of the United States with their populations of 2020, largest first: US Census Bureau, "2020 Census Urban Areas"
 * (public domain), populations rounded to thousands, centres to about a tenth of a degree.
 */
export type Metro = { readonly name: string; readonly lat: number; readonly lon: number; readonly population: number }

const TABLE = `
New York|40.7|-73.9|19426
Los Angeles|34.1|-118.2|12237
Chicago|41.9|-87.7|8672
Miami|25.8|-80.2|6078
Houston|29.8|-95.4|5854
Dallas|32.8|-96.8|5732
Philadelphia|40.0|-75.2|5696
Washington|38.9|-77.0|5175
Atlanta|33.8|-84.4|5100
Boston|42.4|-71.1|4382
Phoenix|33.4|-112.1|3976
Detroit|42.3|-83.1|3777
Seattle|47.6|-122.3|3544
San Francisco|37.8|-122.4|3516
San Diego|32.7|-117.2|3070
Minneapolis|45.0|-93.3|2915
Tampa|28.0|-82.5|2783
Denver|39.7|-105.0|2686
Riverside|34.0|-117.4|2277
Baltimore|39.3|-76.6|2212
Las Vegas|36.2|-115.1|2197
St. Louis|38.6|-90.2|2156
Portland|45.5|-122.7|2104
San Antonio|29.4|-98.5|1993
Sacramento|38.6|-121.5|1947
Orlando|28.5|-81.4|1854
San Jose|37.3|-121.9|1837
Austin|30.3|-97.7|1810
Pittsburgh|40.4|-80.0|1745
Cleveland|41.5|-81.7|1712
Indianapolis|39.8|-86.2|1699
Cincinnati|39.1|-84.5|1687
Kansas City|39.1|-94.6|1674
Columbus|40.0|-83.0|1567
Virginia Beach|36.8|-76.1|1451
Charlotte|35.2|-80.8|1380
Milwaukee|43.0|-87.9|1307
Providence|41.8|-71.4|1286
Jacksonville|30.3|-81.7|1247
Salt Lake City|40.8|-111.9|1179
Nashville|36.2|-86.8|1159
Raleigh|35.8|-78.6|1107
Richmond|37.5|-77.5|1059
Memphis|35.1|-90.0|1056
Bridgeport|41.2|-73.2|917
Hartford|41.8|-72.7|977
Louisville|38.3|-85.8|974
New Orleans|30.0|-90.1|963
Buffalo|42.9|-78.9|949
Oklahoma City|35.5|-97.5|982
Tucson|32.2|-110.9|875
El Paso|31.8|-106.4|854
Omaha|41.3|-96.0|819
Honolulu|21.3|-157.9|853
Albuquerque|35.1|-106.6|769
Birmingham|33.5|-86.8|774
Tulsa|36.1|-95.9|722
Fresno|36.7|-119.8|717
Rochester|43.2|-77.6|704
Grand Rapids|42.9|-85.7|605
Allentown|40.6|-75.5|621
Dayton|39.8|-84.2|674
Knoxville|36.0|-83.9|598
Sarasota|27.3|-82.5|780
Cape Coral|26.6|-81.9|600
Albany|42.7|-73.8|594
Baton Rouge|30.4|-91.1|631
Bakersfield|35.4|-119.0|571
New Haven|41.3|-72.9|561
Columbia|34.0|-81.0|590
Charleston|32.8|-80.0|685
Provo|40.2|-111.7|588
Akron|41.1|-81.5|541
Greenville|34.8|-82.4|387
Colorado Springs|38.8|-104.8|633
Springfield|42.1|-72.6|442
Worcester|42.3|-71.8|483
Toledo|41.7|-83.6|498
Little Rock|34.7|-92.3|462
Des Moines|41.6|-93.6|543
Boise|43.6|-116.2|434
Spokane|47.7|-117.4|448
Madison|43.1|-89.4|451
Wichita|37.7|-97.3|500
Syracuse|43.0|-76.1|413
Winston-Salem|36.1|-80.2|420
Greensboro|36.1|-79.8|338
Harrisburg|40.3|-76.9|490
Jackson|32.3|-90.2|348
Augusta|33.5|-82.0|431
Lancaster|40.0|-76.3|395
Chattanooga|35.0|-85.3|398
Scranton|41.4|-75.7|366
Reno|39.5|-119.8|447
Lexington|38.0|-84.5|315
Huntsville|34.7|-86.6|330
Fort Wayne|41.1|-85.1|335
Corpus Christi|27.8|-97.4|339
Mobile|30.7|-88.1|321
`

export const METROS: readonly Metro[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [name = '', lat, lon, population] = line.split('|')
    return { name, lat: Number(lat), lon: Number(lon), population: Number(population) }
  })

/** Where large fulfillment centres stand: five places for the small family, ten for the large ones. */
export const FULFILLMENT_CENTERS: readonly Omit<Metro, 'population'>[] = [
  { name: 'Tracy, California', lat: 37.7, lon: -121.4 },
  { name: 'Whitestown, Indiana', lat: 40.0, lon: -86.4 },
  { name: 'Wilkes-Barre, Pennsylvania', lat: 41.2, lon: -75.9 },
  { name: 'Columbia, South Carolina', lat: 33.9, lon: -81.1 },
  { name: 'Haslet, Texas', lat: 33.0, lon: -97.3 },
  { name: 'Phoenix, Arizona', lat: 33.4, lon: -112.2 },
  { name: 'Kent, Washington', lat: 47.4, lon: -122.2 },
  { name: 'Lakeland, Florida', lat: 28.0, lon: -82.0 },
  { name: 'Joliet, Illinois', lat: 41.5, lon: -88.1 },
  { name: 'Edison, New Jersey', lat: 40.5, lon: -74.4 },
]
