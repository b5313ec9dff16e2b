/**
 * Data elements of the messages we trade, in our own short words: number, form, name; a form that changed with a directory stands
 * behind `@`. `an..35` up to 35 characters, `n..15` a number, `a3` exactly three letters. Codes are listed only where the list is
 * short and settled: an open list is the partner's to narrow (overlay.ts). After the UN/EDIFACT directories D.96A and D.01B, which
 * UNECE publishes free, and partners' public EANCOM guides; the wider form wins where they differ.
 */
export const EDIFACT_ELEMENTS = `
0001 an..4 Character set
0017 n..8 Date
0019 n..4 Time
0036 n..6 Messages
0002 an..5 Syntax version
0004 an..35 Sender
0007 an..4 Party qualifier
0008 an..35 Internal address
0010 an..35 Receiver
0013 a3 Segment tag
0014 an..35 Internal address
0020 an..14 Interchange reference
0044 an..35 Sender of group
0046 an..35 Receiver of group
0048 an..14 Group reference
0051 an..2 Agency
0052 an..3 Version
0054 an..3 Release
0057 an..6 Guide
0060 n..6 Messages
0062 an..14 Message reference
0065 an..6 Message type
0068 an..35 Access reference
0074 n..10 Segments
0081 a1 Section = D S
0083 an..3 Action = 4 7 8
0085 an..3 Syntax error
0096 n..6 Segment position
0098 n..3 Element position
0104 n..3 Component position
1000 an..35 Document name
1001 an..3 Document kind
1004 an..35 Document number
1050 an..10 Sequence
1056 an..9 Version
1060 an..6 Revision
1082 n..6 Line @D01B an..6
1131 an..3 Code list @D01B an..17
1153 an..3 Reference qualifier
1154 an..35 Reference @D01B an..70
1156 an..6 Line
1159 an..3 Sequence source
1218 n..2 Originals
1220 n..2 Copies
1222 n..2 Level
1225 an..3 Function = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52
1227 an..3 Calculation sequence
1229 an..3 Line action
1230 an..35 Allowance number
1366 an..35 Document source
1373 an..3 Document status
2005 an..3 Date qualifier
2009 an..3 Time relation
2151 an..3 Period kind
2152 n..3 Periods
2379 an..3 Date form
2380 an..35 Date
2475 an..3 Time reference
3035 an..3 Party role
3036 an..35 Name @D01B an..70
3039 an..17 Party id @D01B an..35
3042 an..35 Street
3045 an..3 Name form
3055 an..3 List agency
3124 an..35 Name and address
3127 an..17 Carrier
3128 an..35 Carrier name
3139 an..3 Contact role
3148 an..512 Contact number
3153 an..3 Channel
3155 an..3 Contact number kind
3164 an..35 City
3192 an..35 Account holder
3194 an..35 Account number
3207 an..3 Country
3222 an..70 Location name @D01B an..256
3223 an..25 Location
3224 an..70 Location name @D01B an..256
3225 an..25 Location
3227 an..3 Location kind
3229 an..9 Region
3232 an..70 Location name @D01B an..256
3233 an..25 Location
3239 an..3 Country of origin
3251 an..9 Post code @D01B an..17
3412 an..35 Contact name @D01B an..256
3413 an..17 Contact id
3432 an..70 Bank name
3433 an..11 Bank
3434 an..17 Branch
3436 an..70 Bank place
3446 an..20 Tax number
3453 an..3 Language
4000 an..35 Version
4017 an..3 Commitment
4043 an..3 Class of trade
4052 an..70 Terms text
4053 an..3 Terms of delivery
4055 an..3 Terms function
4078 an..70 Handling
4079 an..3 Handling code
4183 an..3 Special condition
4215 an..3 Freight payment
4221 an..3 Discrepancy
4233 an..3 Marking
4276 an..35 Terms text
4277 an..17 Terms id
4279 an..3 Terms kind
4294 an..35 Reason
4295 an..3 Reason code
4343 an..3 Answer kind
4347 an..3 Product id function
4405 an..3 Status
4431 an..3 Guarantee
4435 an..3 Payment channel
4439 an..3 Payment conditions
4440 an..70 Text @D01B an..512
4441 an..17 Text code
4447 an..3 Text form
4451 an..3 Text subject
4453 an..3 Text function
4461 an..3 Payment means
4465 an..3 Adjustment reason
4471 an..3 Settlement
4493 an..3 Delivery instruction
4499 an..3 Reason of movement
4501 an..3 Direction of movement
4503 an..3 Balance method
4517 an..3 Seal condition
5004 n..18 Amount @D01B n..35
5025 an..3 Amount kind
5118 n..15 Price
5125 an..3 Price kind
5152 an..35 Tax kind
5153 an..3 Tax code
5189 an..3 Allowance code
5213 an..3 Subline price
5245 an..3 Percentage kind
5249 an..3 Percentage basis
5278 an..17 Tax rate
5279 an..7 Tax rate id
5280 an..7 Tax basis id
5283 an..3 Tax function
5284 n..9 Price basis
5286 an..15 Tax basis
5289 an..6 Tax account
5305 an..3 Tax category
5375 an..3 Price type
5387 an..3 Price source
5393 an..3 Multiplier kind
5394 n..12 Multiplier
5402 n..12 Exchange rate
5419 an..3 Rate kind
5420 n..15 Rate
5463 an..3 Allowance or charge
5479 an..3 Location relation
5482 n..10 Percentage
5495 an..3 Subline
6060 n..15 Quantity @D01B an..35
6063 an..3 Quantity kind
6064 n..15 Difference
6066 n..18 Control value
6069 an..3 Control kind
6152 n..18 Upper limit
6154 an..70 Attribute
6155 an..17 Attribute code
6162 n..18 Lower limit
6167 an..3 Range kind
6311 an..3 Measurement use
6313 an..3 Measured
6314 an..18 Measurement
6321 an..3 Significance
6341 an..3 Market
6343 an..3 Currency kind
6345 an..3 Currency
6347 an..3 Currency use
6348 n..4 Currency base
6411 an..3 Unit @D01B an..8
6432 n..2 Digits
7008 an..35 Description @D01B an..256
7009 an..17 Description code
7064 an..35 Package kind
7065 an..17 Package code
7073 an..3 Package terms
7075 an..3 Package level
7077 an..3 Description form
7081 an..3 Characteristic
7083 an..3 Configuration
7102 an..35 Marks
7130 an..17 Customer account
7140 an..35 Product id
7143 an..3 Product id kind
7160 an..35 Service text
7161 an..3 Service
7164 an..12 Packing level @D01B an..35
7166 an..12 Parent level @D01B an..35
7224 n..8 Packages
7233 an..3 Package information
7293 an..3 Sector
7297 an..3 Set qualifier
7383 an..3 Surface
7402 an..35 Serial number
7405 an..3 Serial number kind
7491 an..3 Inventory kind
7511 an..3 Marking kind
8028 an..17 Voyage
8051 an..3 Transport stage
8053 an..3 Equipment
8066 an..17 Transport mode
8067 an..3 Transport mode code
8101 an..3 Transit direction
8178 an..17 Transport means
8179 an..8 Transport means code
8212 an..35 Means name
8213 an..9 Means id
8275 an..3 Container status
8281 an..3 Ownership
8393 an..3 Returnable
8395 an..3 Return payment
8453 an..3 Nationality
8457 an..3 Excess reason
8459 an..3 Excess responsibility
9213 an..3 Duty regime
9308 an..10 Seal
any an..512 Value
`
