import JournalEngine
import JournalFormat
import Testing

/// The decision table of recovery, row by row and beyond what a store on disk can easily show.
@Suite("What the end of the log means")
struct LogEndVerdictTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var verdict: LogEndVerdict
    var evidence: LogEndEvidence

    init(
      _ title: String, _ verdict: LogEndVerdict, _ finding: LogEndEvidence.Finding,
      isLast: Bool = true, watermark: UInt64? = nil, isNextMissing: Bool = false,
      hasWitness: Bool = false,
      isNothingAfter: Bool = false, closedCleanly: Bool = false
    ) {
      testDescription = title
      self.verdict = verdict
      evidence = LogEndEvidence(
        finding: finding, isLastSegment: isLast, expected: LogSequenceNumber(7),
        watermark: watermark.map { LogSequenceNumber($0) }, isNextSegmentMissing: isNextMissing,
        hasWitness: hasWitness, isNothingAfter: isNothingAfter, closedCleanly: closedCleanly)
    }
  }

  private static let mismatch = LogEndEvidence.Finding.notARecord(.checksumMismatch(byteCount: 50))

  static let rows: [Row] = [
    Row("A the log ends below the watermark", .damage(.missingCommits), .clean, watermark: 7),
    Row("A a bad record below the watermark", .damage(.record), mismatch, watermark: 9),
    Row("A the watermark is the last commit: the log is whole", .cleanEnd, .clean, watermark: 6),
    Row(
      "A the watermark does not reach the torn record", .tornTail(undecidable: false),
      .notARecord(.shortHeader), watermark: 6),
    Row(
      "A the end of an earlier segment is below the watermark", .cleanEnd, .clean, isLast: false,
      watermark: 9),
    Row("B a valid record out of sequence", .damage(.gap), .wrongSequence(LogSequenceNumber(9))),
    Row(
      "B the same in an earlier segment", .damage(.gap), .wrongSequence(LogSequenceNumber(6)),
      isLast: false),
    Row(
      "C the log ends where a rotation has moved the watermark", .damage(.missingCommits), .clean,
      watermark: 6, isNextMissing: true),
    Row(
      "C the same with something behind that is no record", .damage(.missingCommits), mismatch,
      watermark: 6, isNextMissing: true, isNothingAfter: true),
    Row("D the end of the file, or zeros", .cleanEnd, .clean),
    Row("D the same after a clean close", .cleanEnd, .clean, closedCleanly: true),
    Row("E a bad record in an earlier segment", .damage(.record), mismatch, isLast: false),
    Row(
      "E a short one in an earlier segment", .damage(.record), .notARecord(.shortHeader),
      isLast: false),
    Row(
      "E bytes behind zeros in an earlier segment", .damage(.record), .notARecord(nil),
      isLast: false),
    Row("E the end of an earlier segment", .cleanEnd, .clean, isLast: false),
    Row("F a bad record with a witness", .damage(.record), mismatch, hasWitness: true),
    Row(
      "F an implausible length with a witness", .damage(.record), .notARecord(.implausibleLength),
      hasWitness: true),
    Row("F zeros with a witness behind them", .damage(.record), .notARecord(nil), hasWitness: true),
    Row(
      "G a whole header, a wrong checksum, nothing after", .tornTail(undecidable: true), mismatch,
      isNothingAfter: true),
    Row(
      "G the same, where the record before says that all was closed",
      .tornTail(undecidable: false), mismatch, isNothingAfter: true, closedCleanly: true),
    Row("H a wrong checksum and more behind it", .tornTail(undecidable: false), mismatch),
    Row("H a short header", .tornTail(undecidable: false), .notARecord(.shortHeader)),
    Row("H garbage", .tornTail(undecidable: false), .notARecord(.garbage), isNothingAfter: true),
    Row("H an implausible length", .tornTail(undecidable: false), .notARecord(.implausibleLength)),
    Row("H bytes behind zeros", .tornTail(undecidable: false), .notARecord(nil)),
  ]

  @Test("Each row of the table has its verdict", arguments: rows)
  func decide(row: Row) {
    #expect(LogEndVerdict.decide(row.evidence) == row.verdict)
  }
}
