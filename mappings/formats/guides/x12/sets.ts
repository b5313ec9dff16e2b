/**
 * Transaction sets: order and nesting of their segments. `!` must be there, `*` any number, `*3` at most three, once where nothing
 * stands; `N1*200( N1! N2*2 … )` is a loop that begins with its first segment. `@` lets a segment stand anywhere in versions before 004010.
 * Compact guides of our own, from partners' public guides: wide where guides differ, so that a partner overlay narrows and never widens.
 */
const PARTY = 'N1! N2*2 N3*2 N4 NX2* REF*12 PER*3 DTM* SI* FOB TD1*2 TD5*12 TD3*12 TD4*5 PKG*200'
const TRANSPORT = 'TD1*2 TD5*12 TD3*12 TD4*5'
const ORDER_HEAD = `CUR REF* PER*3 TAX* FOB* CTP* PAM*10 CSH*5 SAC*25( SAC! CUR ) ITD* DIS*20 INC DTM*10 LDT*12 LIN*5 SI* PID*200 MEA*40
  PWK*25 PKG*200 ${TRANSPORT} MAN*10 PCT* CTB* TXI* AMT*( AMT! REF* DTM PCT* ) LM*( LM! LQ* ) N9*1000( N9! DTM* MSG*1000 MTX* )
  N1*200( ${PARTY} )`
const LINE_BODY = `LIN* SI* CUR CN1 PO3*25 CTP*( CTP! CUR ) PAM*10 MEA*40 PID*1000( PID! MEA*10 ) PWK*25 PO4* REF* PER*3 SAC*25( SAC! CUR )
  IT8*25 CSH ITD*2 DIS*20 INC TAX* FOB* SDQ*500 IT3*5 DTM*10 TC2* TD1 TD5*12 TD3*12 TD4*5 PCT* MAN*10 MSG* SPI* TXI* CTB*
  ACK*104( ACK! DTM ) QTY*( QTY! SI* ) SCH*200( SCH! TD1*2 TD5*12 TD3*12 TD4*5 REF* ) LDT*( LDT! QTY* MAN MSG ) PKG*200( PKG! MEA )
  LM*( LM! LQ* ) N9*1000( N9! DTM* MSG*1000 MTX* ) N1*200( N1! N2*2 N3*2 N4 QTY NX2* REF*12 PER*3 SI* DTM FOB SCH*200 ${TRANSPORT} PKG*200 )
  SLN*1000( SLN! MSG* SI* PID*1000 PO3*104 TC2* ACK*104 DTM*10 CTP*25 PAM*10 PO4 TAX*3 QTY* SAC*25 N9*( N9! DTM* MSG* ) N1*10( N1! N2*2 N3*2 N4 NX2* REF*12 PER*3 SI* ) )
  AMT*( AMT! REF PCT* )`
const WAREHOUSE_HEAD = 'N1*10( N1! N2*2 N3*2 N4 PER*3 N9* REF* ) N9* PER*3 G61* G62*10 NTE*'

/** Set number → functional id of its group (GS01), our words for it, and its table between ST and SE. */
export const X12_SETS: Readonly<Record<string, readonly [group: string, name: string, table: string]>> = {
  '180': [
    'AN',
    'Return authorization or notice',
    `BGN! RDR PRF DTM*10 N9* REF* PER*3 SAC* N1*( ${PARTY} ) BLI*( BLI! N9* REF* RDR PRF QTY* DTM*10 PID* CRC* NTE* AMT* SAC* MSG* LQ* N1*( ${PARTY} ) )`,
  ],
  '810': [
    'IN',
    'Invoice',
    `BIG! NTE*100 CUR REF* YNQ*10 PER*3 N1*200( N1! N2*2 N3*2 N4 REF*12 PER*3 DMG ) ITD* DTM*10 FOB PID*200 MEA*40 PWK*25 PKG*25 L7 BAL* INC PAM*10
     TXI* LM*( LM! LQ* ) N9*( N9! MSG* ) V1*( V1! ) FA1*( FA1! FA2* )
     IT1*200000( IT1! CRC QTY*5 CUR IT3*5 TXI*10 CTP*25 PAM*10 MEA*40 PID*1000( PID! MEA*10 ) PWK*25 PKG*25 PO4 ITD*2 REF* YNQ*10 PER*5 SDQ*500 DTM*10
       CAD* L7* SAC*25( SAC! TXI*10 ) SLN*1000( SLN! DTM REF* PID*1000 SAC*25 TC2* TXI*10 ) N1*200( N1! N2*2 N3*2 N4 REF*12 PER*3 DMG ) LM*( LM! LQ* ) V1*( V1! ) FA1*( FA1! FA2* ) )
     TDS! TXI*10 CAD AMT* SAC*25( SAC! TXI*10 ) ISS*( ISS! PID ) CTT NTE@`,
  ],
  '820': [
    'RA',
    'Payment and remittance',
    `BPR! NTE* TRN CUR REF* DTM* N1*( ${PARTY} ) ENT*( ENT! NM1*( NM1! N2* N3* N4 REF* ) ADX*( ADX! NTE* PER* REF* DTM* ) RMR*( RMR! NTE* REF* DTM* IT1*( IT1! REF* SAC* ) ADX*( ADX! NTE* PER* REF* DTM* ) ) )
     TXP*( TXP! ) DD*( DD! )`,
  ],
  '824': [
    'AG',
    'Application advice',
    `BGN! N1*( ${PARTY} ) OTI*( OTI! REF*12 DTM*2 PER*3 AMT*10 QTY*10 NM1*9 TED*10000( TED! CTX* NTE*100 RED*100 ) LM*( LM! LQ* ) )`,
  ],
  '846': [
    'IB',
    'Stock report',
    `BIA! CUR DTM*10 REF*12 PER*3 MEA*10 N1*( N1! N2*2 N3*2 N4 REF*12 PER*3 DTM* FOB )
     LIN*10000( LIN! PID*200 MEA*40 PKG*5 DTM*10 CTP*25( CTP! CUR ) CUR SAC*25 REF* PER*3 PO4* PWK* SDQ*500
       QTY*99( QTY! UIT MEA*25 LDT*12( LDT! MAN* REF* ) DTM*10 CTP* REF* SCH*104( SCH! DTM* REF* ) LS N1*( N1! REF* ) LE )
       SCH*104( SCH! DTM* REF* ) SLN*1000( SLN! PID*1000 MEA* QTY* ) N1*( N1! N2*2 N3*2 N4 REF*12 PER*3 QTY* ) )
     CTT`,
  ],
  '850': [
    'PO',
    'Purchase order',
    `BEG! ${ORDER_HEAD} SPI*( SPI! REF* DTM* MSG* ) PO1*100000( PO1! ${LINE_BODY} ) CTT( CTT! AMT ) NTE@`,
  ],
  '855': ['PR', 'Answer to purchase order', `BAK! ${ORDER_HEAD} PO1*100000( PO1! ${LINE_BODY} ) CTT( CTT! AMT ) NTE@`],
  '856': [
    'SH',
    'Ship notice',
    `BSN! DTM*10 REF* HL!*200000( HL! LIN SN1 SLN*1000 PRF PO4 PID*200 MEA*40 PWK*25 PKG*25 TD1*20 TD5*12 TD3*12 TD4*5 TSD REF* PER*3 CLD*200( CLD! REF*200 DTM )
       MAN* DTM*10 FOB PAL N1*200( N1! N2*2 N3*2 N4 REF*12 PER*3 FOB ) SDQ*50 ETD CUR SAC*25( SAC! CUR ) GF YNQ*10 LM*10( LM! LQ* ) V1* QTY* AMT* )
     CTT`,
  ],
  '860': ['PC', 'Change of purchase order', `BCH! ${ORDER_HEAD} POC*( POC! ${LINE_BODY} ) CTT( CTT! AMT )`],
  '865': ['CA', 'Answer to change of purchase order', `BCA! ${ORDER_HEAD} POC*( POC! ${LINE_BODY} ) CTT( CTT! AMT )`],
  '870': [
    'RS',
    'Order status',
    `BSR! CUR ITD* DTM*10 REF* PER* N1*( ${PARTY} )
     HL*( HL! PRF REF* DTM*10 ISR* PID* MEA* QTY* TD5* MSG* PO1*( PO1! LIN CUR SLN* CTP* PID* MEA* REF* PER* ISR*( ISR! PID* REF* DTM*10 QTY* ) DTM* TD5* QTY* MAN* MSG* N1*( ${PARTY} ) SCH* )
       ISR*( ISR! PID* REF* DTM*10 QTY* ) LIN* N1*( ${PARTY} ) )
     CTT`,
  ],
  '940': [
    'OW',
    'Ship order to warehouse',
    `W05! ${WAREHOUSE_HEAD} W09 W66 W6* W28 AMT* PWK* LX!*9999( LX! MAN* N9* REF* W01*9999( W01! G69* N9* REF* MSG* NTE* W20 QTY* MEA* AMT* ) ) W76`,
  ],
  '943': [
    'AR',
    'Stock transfer on its way',
    `W06! ${WAREHOUSE_HEAD} W27 W28 LX*( LX! MAN* N9* ) W04*9999( W04! G69* N9* W20 QTY* NTE* MEA* MAN* ) W03`,
  ],
  '944': [
    'RE',
    'Stock transfer received',
    `W17! ${WAREHOUSE_HEAD} W08 LX*( LX! MAN* N9* ) W07*9999( W07! G69* N9* W20 QTY* NTE* MEA* W13*10( W13! N9* NTE* ) MAN* ) W14`,
  ],
  '945': [
    'SW',
    'Ship advice from warehouse',
    `W06! ${WAREHOUSE_HEAD} W27! W28 W10* W6* AMT* LX!*9999( LX! MAN* PAL N9* REF* W12*9999( W12! G69* N9* REF* QTY* MEA* MAN* W20 NTE* AMT* ) ) W03`,
  ],
  '947': [
    'AW',
    'Stock adjustment',
    `W15! N1*10( N1! N2*2 N3*2 N4 PER*3 N9* ) N9* G61* G62* NTE* W19*9999( W19! G69* N9* QTY* MEA* NTE* N1*( N1! ) W20 ) `,
  ],
  '997': ['FA', 'Functional acknowledgment', 'AK1! AK2*999999( AK2! AK3*999999( AK3! AK4*99 ) AK5! ) AK9!'],
  '999': [
    'FA',
    'Implementation acknowledgment',
    'AK1! AK2*999999( AK2! IK3*999999( IK3! CTX*10 IK4*99( IK4! CTX*10 ) ) IK5! ) AK9!',
  ],
}
