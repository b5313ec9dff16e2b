/**
 * Segments: name, our words for it, elements by number (`!` must be there, `6*718` six times over), then the rules between elements
 * behind `|`: P all or none, R at least one, C if the first then the others, E at most one, L if the first then one of the others.
 * `…` lets any further elements pass: guides differ there and nothing of ours depends on them. `C040[128! 127! 128 127]` is a
 * composite with its components.
 */
const PAIRS10 = Array.from({ length: 10 }, () => '235 234').join(' ')
const pairs = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `P${two(from + 2 * i)}${two(from + 2 * i + 1)}`).join(' ')
const two = (position: number): string => String(position).padStart(2, '0')

export const X12_SEGMENTS = `
ISA Interchange: I01! I02 I01! I02 I05! I06! I05! I07! I08! 337! I10! I11! I12! I13! I14! I15
GS Group: 479! 142! 124! 373! 337! 28! 455! 480!
GE Group trailer: 97! 28!
IEA Interchange trailer: I16! I12!
TA1 Interchange acknowledgment: I12! I08! 337! I17! I18!
ST Set header: 143! 329! 1705
SE Set trailer: 96! 329!
BEG Order: 353! 92! 324! 328 373! 367 587 1019 1166 1232 786 640
BAK Order answer: 353! 587! 324! 373! 328 326 367 127 373 640
BCH Order change: 353! 92! 324! 328 327 373! 326 367 127 373 373 786 640 any any
BCA Answer to order change: 353! 587 324! 328 327 373! 326 367 127 373 373 373 any any
BIA Stock report: 353! 755! 127! 373! 337 306
BSN Ship notice: 353! 396! 373! 337! 1005 640 641 | C0706
BIG Invoice: 373! 76! 373 324 328 327 640 353 306 76
BSR Order status: 850! 847! 127! 373! any any any any any any
BGN Message: 353! 127! 373! 337 623 127 640 306 786 | C0504
BPR Payment: 305! 782! 478! 591! 812 506 507 569 508 509 510 506 507 569 508 373 1048 506 507 569 508 | P0607 C0809 P1213 C1415 P1819 C2021
TRN Trace: 481! 127! 509 127
ENT Party of payment: 554 98 66 67 98 66 67 128 127 | P0304 P0607 P0809
RMR Paid document: 128 127 482 782 782 782 426 782 | P0102 P0708
ADX Payment adjustment: 782! 426! 128 127 | P0304
REF Reference: 128! 127 352 C040[128! 127! 128 127 128 127] | R0203
PER Contact: 366! 93 365 364 365 364 365 364 443 | P0304 P0506 P0708
DTM Date: 374! 373 337 623 any 1251 | R020305 C0403 C0605
TD1 Carton totals: 103 80 23 22 79 187 81 355 183 355 | C0102 C0304 C0607 P0708 P0910
TD3 Equipment: 40 206 207 187 81 355 102 407 225 24 | C0203 C0405 P0506
TD4 Special handling: 152 208 209 352 1073 | C0203
TD5 Carrier: 133 66 67 91 387 368 309 310 731 732 733 284 284 284 26 | R0204050612 C0203 C0708 C1011 C1312 C1413
N1 Party: 98! 93 66 67 706 98 | R0203 P0304
N2 More name: 93! 93
N3 Address: 166! 166
N4 City and post code: 19 156 116 26 309 310 1715 | C0605
NX2 Address part: any! 166! any any any
PO1 Order line: 350 330 355 212 639 ${PAIRS10} | C0302 C0504 ${pairs(6, 10)}
POC Changed line: 350 670! 330 671 C001[355! any any any any any any any any any any any any any any] 212 639 ${PAIRS10} | C0302 ${pairs(8, 10)}
PID Description: 349! 750 559 751 352 752 822 1073 819 | R0405 C0403 C0703 C0903
PO3 Line detail: 371! 373 236 212 639 380! 355! 352
PO4 Packing: 356 357 355 103 187 384 355 385 355 82 189 65 355 810 any 350 350 any | P0203 C0506 P0607 P0809
ITD Terms of payment: 336 333 338 370 351 446 386 362 388 389 342 352 765 107 954
PKG Packaging: 349 753 559 754 352 400 | R0405 C0403
CUR Currency: 98! 100! 280 98 100 669 374 373 337 …
FOB Freight terms: 146! 309 352 334 335 309 352 54 352 | C0302 C0405 C0706 C0809
TAX Tax reference: 325 309 310 309 310 309 310 309 310 309 310 441 any
TXI Tax: 963! 782 954 955 956 441 828 any 325 350 | R020306 P0405
CTP Price: 687 236 212 380 C001[355! any any any any any any any any any any any any any any] 648 649 782 639 499 289 | P0405 C0607
PAM Period amount: any 380 C001[355!] 522 782 …
CSH Sales requirement: 563 306 610 508 373 559 560 …
SAC Allowance or charge: 248! 1300 559 1301 610 378 332 118 355 380 380 331 127 770 352 819 | R0203 P0304 P0607 C1605
DIS Discount: any! any! num! any! num! num
INC Instalment: any! …
N9 Reference with text: 128! 127 369 373 337 623 C040[128! 127! 128 127 128 127] | R0203 C0605
MSG Text: 933! 934 any
MTX Long text: 363 1551 any …
NTE Note: 363 352!
CTT Totals: 354! 347 81 355 183 355 352 | P0304 P0506
AMT Amount: 522! 782! 478
TDS Invoice total: 610! 610 610 610
IT1 Invoice line: 350 358 355 212 639 ${PAIRS10} | P0203 ${pairs(6, 10)}
IT3 Line shipment: 380 355 368 371 num
IT8 Conditions of sale: any …
ISS Shipment totals: 382 355 81 355 183 355 380 380 | R010305 P0102 P0304 P0506
CAD Carrier detail: 91 206 207 140 387 368 128 127 284 | R0504 C0708
ACK Line answer: 668! 380 355 374 373 326 ${PAIRS10} 559 822 822 | C0203 C0405 ${pairs(7, 10)}
PRF Order reference: 324! 328 327 373 350 367 92
HL Level: 628! 734 735! 736
LIN Line: 350 235! 234! ${Array.from({ length: 14 }, () => '235 234').join(' ')} | ${pairs(4, 14)}
SN1 Shipped quantity: 350 382! 355! 646 330 355 728 668 | P0506
SLN Subline: 350! 350 662! 380 C001[355! any any any any any any any any any any any any any any] 212 639 662 ${PAIRS10} | P0405 ${pairs(9, 10)}
MAN Marks and numbers: 88! 87! 87 88 87 87 | P0405
QTY Quantity: 673! 380 C001[355! any any any any any any any any any any any any any any] any | R0204 E0204
SCH Schedule: 380! 355! 98 93 374! 373 337 374 373 337 326 350 | R0607 C0302 C0809
LDT Lead time: 345! 380! 344! 373
MEA Measurement: 737 738 739 C001[355! any any any any any any any any any any any any any any] 740 741 any any 752 any …
PWK Paperwork: any! any any any any any any any any
SI Service: 559! any! any! …
CN1 Contract: any! 782 num 127 num any
SDQ Store quantities: 355! 66 67! 380! 67 380 67 380 67 380 67 380 67 380 67 380 67 380 67 380 67 380 any
SPI Specification: any! 128 127 …
TC2 Commodity: 23! 22!
CTB Capacity: any! …
PCT Percent: any! num!
YNQ Question: any 1073 …
LM Code source: 559! 822
LQ Code: 1270 1271
FA1 Accounting: 559! any any
FA2 Accounting data: any! any!
L7 Tariff: any …
V1 Vessel: any …
CLD Load detail: num! num! any any any
PAL Pallet: any …
ETD Excess transport: any! any! any any
TSD Trailer: any any
GF Goods: any …
BLI Returned item: 235! 234! 380 355 any any 212 any any any any any any …
RDR Return disposition: any any any any …
ISR Item status: any! 373 641 …
DD Demand detail: any …
G61 Contact: any! any! any any any
G62 Date: 432 373 176 337 623 | R0103 P0102 P0304
G69 Line description: 369!
W01 Line to ship: 330! 355! 438 235 234 235 234 any any any any any date any any any any any any | P0405 P0607
W03 Shipped totals: 382! 81 355 183 355 80 355 | P0203 P0405 P0607
W04 Line to receive: 382! 355! 438 235 234 235 234 any any any any any any any any any any | P0405 P0607
W05 Ship order: 473! 285! 324 474 472 any any any any any
W06 Shipment: 514! 285 373! 145 401 324 472 474 any any any any any any
W07 Line received: 413! 355! 438 235 234 235 234 any any any any any any any any | P0405 P0607
W08 Receipt carrier: 91! …
W09 Equipment need: any! …
W10 Warehouse additional carrier: any …
W12 Line shipped: 368! 330 382 num 355 438 235 234 any num any any any any any any 235 234 any 235 234 any any any any | P0708
W13 Exception: 380! 355! any! any any …
W14 Receipt totals: 413! any any any any any
W15 Stock adjustment: 373! any any any any
W17 Receipt: 514! 373! 394! 285 145 474 472 any any
W19 Adjusted line: 893! num! 355! 438 235 234 235 234 any any any any any any any any any any any any any | P0506 P0708
W20 Line detail: any …
W27 Carrier: 91! 140 387 146 40 206 207 any any any any any any any
W28 Consolidation: any! any any
W66 Carrier wanted: 146! 91! 399 any 387 any any any any 140 any any any
W6 Special handling: any! any any any
W76 Ordered totals: 330! 81 355 183 355 any any any
UIT Unit: C001[355!] 212 639
CS Contract and case: any …
CRC Conditions: any! any! any! …
BAL Balance: any! any! 782!
DMG Demographics: any …
NM1 Name: 98! any! any any any any any 66 67 any any any
DMA Department: any …
TXP Tax payment: any …
N10 Quantity: any …
OTI Document judged: 110! 128! 127! 142 124 373 337 28 329 143 480 353 640 any any any any
TED Technical error: 647! 3 721 719 722 any any any
RED Related data: any! any …
AK1 Group answered: 479! 28! 480
AK2 Set answered: 143! 329! 1705
AK3 Segment in error: 721! 719! 447 720
AK4 Element in error: C030![722! 722 722] 725 723! 724
AK5 Set verdict: 717! 5*718
AK9 Group verdict: 715! 97! 123! 2! 5*716
IK3 Segment in error: 721! 719! 447 620
IK4 Element in error: C030![722! 722 722] 725 621! 724
IK5 Set verdict: 717! 5*618
CTX Context: 10@C998![any! any] 721 719 447 C030[722! 722 722] C999[725! 725]
`
