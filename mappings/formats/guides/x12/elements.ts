/**
 * Data elements of the sets we trade, in our own short words: number, type, shortest/longest, name; lengths that changed with a
 * version stand behind `@`. Codes are listed only where the list is short and settled: an open list is the partner's to narrow
 * (overlay.ts). Gathered from partners' public guides, 003010 to 005010; the wider length wins where guides differ.
 *
 * Types: AN text, ID code, N0 N2 … number with implied decimals, R decimal number, DT date, TM time.
 */
export const X12_ELEMENTS = `
2 N0 1/6 Sets accepted
3 AN 1/60 Free text @005010 1/80
19 AN 2/30 City
22 AN 1/16 Commodity code @005010 1/30
23 ID 1/1 Commodity code qualifier
24 ID 1/2 Equipment description
26 ID 2/3 Country
28 N0 1/9 Group control number
40 ID 2/2 Equipment kind
54 ID 1/3 Risk of loss
61 AN 1/30 Free-form information
65 R 1/8 Height
66 ID 1/2 Id code qualifier
67 AN 2/17 Id code @004010 2/80
76 AN 1/22 Invoice number
79 AN 1/50 Lading description @005010 1/80
80 N0 1/7 Lading quantity
81 R 1/8 Weight @004010 1/10
82 R 1/8 Length
87 AN 1/45 Marks and numbers @004010 1/48
88 ID 1/2 Marks qualifier
91 ID 1/2 Transport method
92 ID 2/2 Order type
93 AN 1/35 Name @004010 1/60
96 N0 1/10 Segments in set
97 N0 1/6 Sets included
98 ID 2/2 Party role @004010 2/3
100 ID 3/3 Currency
102 ID 1/1 Ownership
103 AN 3/5 Packaging
107 ID 1/2 Payment method
110 ID 1/2 Application acknowledgment = BA BC BP GA GC GP GR IA IC IP IR NA PA PP PR TA TC TE TN TP TR
116 ID 3/11 Postal code @004010 3/15
118 R 1/9 Rate
123 N0 1/6 Sets received
124 AN 2/15 Receiver code
127 AN 1/30 Reference @005010 1/50
128 ID 2/2 Reference qualifier @003040 2/3
133 ID 1/2 Routing sequence
140 ID 2/4 Carrier (SCAC)
142 AN 2/15 Sender code
143 ID 3/3 Set number
145 AN 1/30 Shipment id
146 ID 2/2 Payment of freight
152 ID 2/3 Special handling
156 ID 2/2 State
166 AN 1/35 Address line @004010 1/55
176 ID 1/2 Time qualifier
183 R 1/8 Volume
187 ID 1/2 Weight qualifier
189 R 1/8 Width
206 AN 1/4 Equipment initial
207 AN 1/10 Equipment number @005010 1/15
208 ID 1/1 Hazard code
209 AN 1/30 Hazard class
212 R 1/14 Unit price @004010 1/17
219 AN 1/10 Special
225 AN 2/15 Seal number
234 AN 1/30 Product id @003050 1/40 @004010 1/48 @005010 1/80
235 ID 2/2 Product id qualifier
236 ID 3/3 Price kind
248 ID 1/1 Allowance or charge = A C N P Q R S
280 R 4/10 Exchange rate
284 ID 2/2 Service level
285 AN 1/22 Depositor order number
289 N0 1/2 Price multiple
305 ID 1/2 Transaction handling
306 ID 1/2 Action
309 ID 1/2 Location qualifier
310 AN 1/25 Location @004010 1/30
324 AN 1/22 Order number
325 AN 1/20 Tax id
326 AN 1/45 Request reference
327 AN 1/8 Change sequence
328 AN 1/30 Release number
329 AN 4/9 Set control number
330 R 1/9 Quantity ordered @004010 1/15
331 ID 2/2 Handling method
332 R 1/6 Percent
333 ID 1/2 Terms basis
334 ID 2/2 Transport terms qualifier
335 ID 3/3 Transport terms
336 ID 2/2 Terms type
337 TM 4/8 Time
338 R 1/6 Discount percent
342 R 1/5 Percent of invoice
344 ID 2/2 Lead time unit
345 ID 2/2 Lead time kind
347 R 1/10 Hash total
349 ID 1/1 Description kind = F O S X
350 AN 1/6 Line number @003040 1/11 @004010 1/20
351 N0 1/3 Discount days
352 AN 1/80 Description
353 ID 2/2 Purpose = 00 01 02 03 04 05 06 07 08 10 11 12 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 77 CN CO EX GR PR RH RV SU ZZ
354 N0 1/6 Line count
355 ID 2/2 Unit
356 N0 1/6 Pack
357 R 1/8 Size
358 R 1/10 Quantity invoiced @005010 1/15
359 ID 1/1 Unused
362 N2 1/10 Discount amount
363 ID 3/3 Note kind
364 AN 1/25 Contact number @003040 1/80 @005010 1/256
365 ID 2/2 Contact number kind
366 ID 2/2 Contact role
367 AN 1/30 Contract number
368 ID 2/2 Shipment or line status
369 AN 1/45 Free description
370 DT 6/6 Date @004010 8/8
371 ID 2/2 Change reason
373 DT 6/6 Date @004010 8/8
374 ID 3/3 Date qualifier
378 ID 1/1 Percent qualifier
380 R 1/10 Quantity @004010 1/15
382 R 1/10 Units shipped
383 R 1/9 Quantity difference
384 R 1/8 Gross weight @004010 1/9
385 R 1/8 Gross volume @004010 1/9
386 N0 1/3 Net days
387 AN 1/35 Routing
388 DT 6/6 Date @004010 8/8
389 N2 1/10 Deferred amount
394 AN 1/12 Warehouse receipt number
396 AN 2/30 Shipment id
399 ID 1/1 Pallet exchange
400 ID 2/2 Unit load option
401 AN 1/30 Agent shipment id
407 ID 2/4 Seal status
412 N0 1/9 Quantity difference
413 N0 1/7 Units received
414 R 1/8 Weight
426 ID 2/2 Adjustment reason
432 ID 1/2 Date qualifier
438 AN 12/12 Case code
441 ID 1/1 Tax exempt
443 AN 1/20 Contact reference
446 DT 6/6 Date @004010 8/8
447 AN 1/6 Loop @003050 1/4 @004010 1/6
451 AN 1/12 Warehouse lot
459 ID 1/2 Sales requirement
472 AN 1/22 Master reference
473 ID 1/1 Order status
474 N0 6/6 Link sequence
478 ID 1/1 Credit or debit = C D
479 ID 2/2 Functional id
480 AN 1/12 Version
481 ID 1/2 Trace kind
482 ID 2/2 Payment action
499 R 1/10 Condition value
506 ID 2/2 Bank id qualifier
507 AN 3/12 Bank id
508 AN 1/35 Account number
509 AN 10/10 Company id
510 AN 9/9 Supplemental code
514 ID 1/1 Reporting code
522 ID 1/2 Amount qualifier @004010 1/3
554 N0 1/6 Assigned number
559 ID 2/2 Agency
560 AN 1/10 Special service
563 ID 1/2 Sales requirement
569 ID 1/3 Account kind
587 ID 2/2 Acknowledgment type = AC AD AE AH AK AP AT NA RD RF RJ RO ZZ
591 ID 3/3 Payment method
610 N2 1/15 Amount
618 ID 1/3 Set error = 1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 17 18 19 23 24 25 26 27 I5 I6
620 ID 1/3 Segment error = 1 2 3 4 5 6 7 8 I4 I6 I7 I8 I9
621 ID 1/3 Element error = 1 2 3 4 5 6 7 8 9 10 12 13 I6 I9 I10 I11 I12 I13
623 ID 2/2 Time zone
628 AN 1/12 Level number
639 ID 2/2 Price basis
640 ID 2/2 Transaction kind
641 ID 3/3 Status reason
646 R 1/9 Shipped to date @004010 1/15
647 ID 1/3 Application error
648 ID 3/3 Multiplier kind
649 R 1/10 Multiplier
662 ID 1/1 Relationship
668 ID 2/2 Line status = AC AR BP DR IA IB IC ID IE IF IH IP IQ IR IS IW R1 R2 R3 R4 R5 R6 SP
669 ID 3/3 Exchange
670 ID 2/2 Change kind = AI CA CB CC CE CF CH CI CT DI MU NC OA OC PC PQ PR QD QI RA RB RC RE RM RQ RS RZ TI
671 R 1/9 Quantity left
673 ID 2/2 Quantity kind
687 ID 2/2 Class of trade
706 ID 2/2 Relationship
715 ID 1/1 Group status = A E M P R W X
716 ID 1/3 Group error = 1 2 3 4 5 6 10 11 12 13 14 15 16 17 18 19 23 24 25 26
717 ID 1/1 Set status = A E M R W X
718 ID 1/3 Set error = 1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 17 18 19 23 24 25 26 27
719 N0 1/6 Segment position @005010 1/10
720 ID 1/3 Segment error = 1 2 3 4 5 6 7 8
721 ID 2/3 Segment name
722 N0 1/2 Element position
723 ID 1/3 Element error = 1 2 3 4 5 6 7 8 9 10 12 13
724 AN 1/99 Copy of the bad value
725 N0 1/4 Element reference
728 ID 2/2 Returnable container
731 ID 2/2 Transit direction
732 ID 2/2 Transit time kind
733 R 1/4 Transit time
734 AN 1/12 Parent level
735 ID 1/2 Level kind
736 ID 1/1 Has children = 0 1
737 ID 2/2 Measurement reference
738 ID 1/3 Measurement kind
739 R 1/20 Measurement
740 R 1/20 From
741 R 1/20 To
750 ID 2/3 Characteristic
751 AN 1/12 Description code
752 ID 2/2 Surface
753 ID 1/5 Packaging characteristic
754 AN 1/7 Packaging description
755 ID 2/2 Report kind
765 N0 1/2 Day of month
770 AN 1/20 Option number
782 R 1/15 Amount @004010 1/18
786 ID 1/2 Security level
810 N0 1/6 Inner pack
812 ID 1/10 Payment format
819 ID 2/3 Language
822 AN 1/15 Source subcode
828 ID 1/2 Relationship to tax
847 ID 1/2 Order or item
850 ID 1/2 Status report kind
893 ID 2/2 Adjustment reason
933 AN 1/264 Text
934 ID 2/2 Carriage control
954 R 1/10 Tax rate
955 ID 2/2 Tax jurisdiction kind
956 AN 1/10 Tax jurisdiction
963 ID 2/2 Tax kind
1005 ID 4/4 Level structure
1019 ID 1/2 Invoice type
1048 ID 1/3 Business function
1073 ID 1/1 Yes or no = N U W Y
1166 ID 2/2 Contract type
1232 ID 2/2 Purchase category
1250 ID 2/3 Date format
1251 AN 1/35 Date or period
1270 ID 1/3 Code list
1271 AN 1/30 Industry code
1300 ID 4/4 Allowance or charge kind
1301 AN 1/10 Agency charge code
1470 N0 1/4 Number
1551 AN 1/4096 Long text
1705 AN 1/35 Guide name
1715 ID 1/3 Country subdivision
455 ID 1/2 Agency
I01 ID 2/2 Kind of next element
I02 AN 1/10 Authorization or security
I05 ID 2/2 Party qualifier
I06 AN 1/15 Sender
I07 AN 1/15 Receiver
I08 DT 6/6 Date
I10 ID 1/1 Repetition separator
I11 ID 5/5 Version
I12 N0 1/9 Interchange control number
I13 ID 1/1 Acknowledgment wanted = 0 1
I14 ID 1/1 Usage = I P T
I15 AN 1/1 Component separator
I16 N0 1/5 Groups
I17 ID 1/1 Verdict = A E R
I18 ID 3/3 Note
any AN 1/264 Value
num R 1/18 Number
date DT 6/8 Date
C001.355 ID 2/2 Unit
`
