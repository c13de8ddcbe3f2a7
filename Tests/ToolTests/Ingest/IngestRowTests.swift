import Testing

@testable import DataSources
@testable import ingest

@Suite("ingest: CSV rows become NDJSON lines")
struct IngestRowTests {
  /// A document and what should come of it.
  struct Sample: Sendable, CustomTestStringConvertible {
    let title: String
    let csv: String
    var lines: [String] = []
    /// Where malformed rows are, as "line:column", when they are skipped.
    var malformed: [String] = []
    var heldBackByteCount = 0
    var isFinal = false

    var testDescription: String { title }
  }

  static let samples: [Sample] = [
    Sample(
      title: "plain", csv: "a,b\n1,2\n3,4\n",
      lines: [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#]),
    Sample(title: "CRLF", csv: "a,b\r\n1,2\r\n", lines: [#"{"a":"1","b":"2"}"#]),
    Sample(title: "empty fields", csv: "a,b,c\n,,\n", lines: [#"{"a":"","b":"","c":""}"#]),
    Sample(title: "one column, empty line", csv: "a\n\nx\n", lines: [#"{"a":""}"#, #"{"a":"x"}"#]),
    Sample(
      title: "quotes around commas, line ends and quotes",
      csv: "a,b\n\"1,5\",\"he said \"\"hi\"\"\"\n\"two\nlines\",\"a\r\nb\"\n\"\",\"\"\n",
      lines: [
        #"{"a":"1,5","b":"he said \"hi\""}"#, #"{"a":"two\nlines","b":"a\r\nb"}"#,
        #"{"a":"","b":""}"#,
      ]),
    Sample(
      title: "quoted header with a quote and a line end", csv: "\"a\"\"b\",\"c\nd\"\n1,2\n",
      lines: [#"{"a\"b":"1","c\nd":"2"}"#]),
    Sample(
      title: "what JSON escapes", csv: "a,b\n\\,\t\u{1}\u{7F}\n\"\u{8}\u{C}\",\"\\\"\n",
      lines: [
        "{\"a\":\"\\\\\",\"b\":\"\\t\\u0001\u{7F}\"}", #"{"a":"\b\f","b":"\\"}"#,
      ]),
    Sample(
      title: "beyond ASCII", csv: "名,é\n\"größe\",😀\n", lines: [#"{"名":"größe","é":"😀"}"#]),
    Sample(title: "byte order mark", csv: "\u{FEFF}a\n1\n", lines: [#"{"a":"1"}"#]),
    Sample(
      title: "numbers stay text", csv: "a,b\n007,1e5\n", lines: [#"{"a":"007","b":"1e5"}"#]),
    Sample(
      title: "last row without a line end", csv: "a,b\n1,2\n3,4", lines: [#"{"a":"1","b":"2"}"#],
      heldBackByteCount: 3),
    Sample(
      title: "last row without a line end, final", csv: "a,b\n1,2\n3,4",
      lines: [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#], isFinal: true),
    Sample(
      title: "last field empty without a line end, final", csv: "a,b\n3,",
      lines: [#"{"a":"3","b":""}"#], isFinal: true),
    Sample(
      title: "carriage return at the end", csv: "a\n1\r", heldBackByteCount: 2),
    Sample(title: "quote open at the end", csv: "a\n\"1\n2\n", heldBackByteCount: 5),
    Sample(
      title: "quote open at the end, final", csv: "a\n\"1\n2\n", lines: [#"{"a":"2"}"#],
      malformed: ["2:1"], isFinal: true),
    Sample(
      title: "too few fields", csv: "a,b\n1\n1,2\n", lines: [#"{"a":"1","b":"2"}"#],
      malformed: ["2:2"]),
    Sample(
      title: "too few fields, CRLF, behind two lines", csv: "a,b\r\n\"x\ny\",2\r\n12\r\n",
      lines: [#"{"a":"x\ny","b":"2"}"#], malformed: ["4:3"]),
    Sample(
      title: "too many fields, the surplus over lines", csv: "a,b\n1,2,\"x\ny\"\n3,4\n",
      lines: [#"{"a":"3","b":"4"}"#], malformed: ["2:5"]),
    Sample(
      title: "quote in an unquoted field", csv: "a,b\né,x\"y\n3,4\n",
      lines: [#"{"a":"3","b":"4"}"#],
      malformed: ["2:4"]),
    Sample(
      title: "text behind a closing quote", csv: "a,b\n\"x\"y,2\n3,4\n",
      lines: [#"{"a":"3","b":"4"}"#], malformed: ["2:4"]),
    Sample(
      title: "text behind a closing quote on the field's second line",
      csv: "a,b\n1,\"x\nyz\"w\n3,4\n", lines: [#"{"a":"3","b":"4"}"#], malformed: ["3:4"]),
    Sample(
      title: "carriage return alone", csv: "a,b\n1\r,2\n3,4\n", lines: [#"{"a":"3","b":"4"}"#],
      malformed: ["2:2"]),
    Sample(
      title: "empty line in several columns", csv: "a,b\n\n3,4\n", lines: [#"{"a":"3","b":"4"}"#],
      malformed: ["2:1"]),
  ]

  private struct Result: Equatable {
    var lines: [String] = []
    var malformed: [String] = []
    var heldBackByteCount = 0
    var line: Int64 = 0
  }

  /// Reads a document that is first there up to `cut`, and then as a whole.
  private func read(_ sample: Sample, cut: Int) throws -> Result {
    let document = Array(sample.csv.utf8)
    let start = sample.csv.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var isWholeHeader = true
    if start <= cut {
      let early = CSVHeader.read(
        document.span.extracting(0..<cut), from: start, endsHere: false)
      if case .incomplete = early { isWholeHeader = false }
    }
    guard
      case .header(let header, let next, let lineCount) = CSVHeader.read(
        document.span, from: start, endsHere: sample.isFinal)
    else {
      Issue.record("no header")
      return Result()
    }
    #expect(isWholeHeader == (cut >= next) || start > cut)

    let skipped = IngestNotices()
    var options = FileReadingOptions()
    options.skipsMalformedRows = true
    let context = RowBatch.Context(
      file: "f", transcoder: RowTranscoder(header: header), options: options,
      report: { skipped.add($0) })
    var result = Result()
    var (index, line) = (next, Int64(1 + lineCount))
    for end in [max(cut, next), document.count] {
      let endsHere = sample.isFinal && end == document.count
      var batch = RowBatch(from: index, line: line)
      let bytes = [UInt8](capacity: 4096) { output in
        batch.read(document.span.extracting(0..<end), endsHere: endsHere, context, to: &output)
      }
      #expect(batch.end == .needsInput)
      (index, line) = (batch.index, batch.line)
      result.lines += String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    result.malformed = skipped.positions
    result.heldBackByteCount = document.count - index
    result.line = line
    return result
  }

  @Test("Every document gives the same rows wherever it is cut in two", arguments: samples)
  func everyCut(_ sample: Sample) throws {
    let whole = try read(sample, cut: sample.csv.utf8.count)
    #expect(whole.lines == sample.lines)
    #expect(whole.malformed == sample.malformed)
    #expect(whole.heldBackByteCount == sample.heldBackByteCount)
    for cut in 0..<sample.csv.utf8.count {
      #expect(try read(sample, cut: cut) == whole, "cut at \(cut)")
    }
  }

  @Test("An output that is too small for a row takes none of it", arguments: 0...17)
  func smallOutput(_ capacity: Int) throws {
    let header = CSVHeader(escapedNames: [Array("a".utf8), Array("b".utf8)])
    let input = Array("\"\"\"\",\t\n".utf8)
    let expected = #"{"a":"\"","b":"\t"}"# + "\n"
    var step = RowTranscoder.Step.incomplete
    let output = [UInt8](capacity: capacity) { output in
      step = RowTranscoder(header: header).appendRow(
        of: input.span, from: 0, endsHere: false, to: &output)
    }
    #expect(capacity < expected.utf8.count)
    #expect(step == .outputFull)
    #expect(output == [])
  }

  @Test(
    "Bytes that are not UTF-8 are malformed, and what is UTF-8 is not",
    arguments: [
      ([0x80], false), ([0xC1, 0x80], false), ([0xE0, 0x9F, 0x80], false),
      ([0xED, 0xA0, 0x80], false), ([0xF0, 0x8F, 0x80, 0x80], false),
      ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false), ([0xC3, 0x2C], false),
      ([0xC2, 0x80], true), ([0xE0, 0xA0, 0x80], true), ([0xED, 0x9F, 0xBF], true),
      ([0xF0, 0x90, 0x80, 0x80], true), ([0xF4, 0x8F, 0xBF, 0xBF], true),
    ] as [([UInt8], Bool)])
  func utf8(_ bytes: [UInt8], isValid: Bool) {
    let transcoder = RowTranscoder(header: CSVHeader(escapedNames: [Array("a".utf8)]))
    for (prefix, suffix) in [("", "\n"), ("\"", "\"\n")] {
      let input = Array(prefix.utf8) + bytes + Array(suffix.utf8)
      var step = RowTranscoder.Step.incomplete
      _ = [UInt8](capacity: 100) { output in
        step = transcoder.appendRow(of: input.span, from: 0, endsHere: false, to: &output)
      }
      #expect(
        step
          == (isValid
            ? .row(next: input.count, lineCount: 1)
            : .malformed(.invalidUTF8, at: prefix.utf8.count, next: nil)))
    }
  }

  @Test(
    "A header names every column once",
    arguments: [
      ("a,\n", MalformedRow.emptyColumnName), ("\n", .emptyColumnName),
      ("a,b,a\n", .duplicateColumnName("a")), ("a,\"b\n", .unterminatedQuote),
    ])
  func header(_ text: String, _ reason: MalformedRow) {
    let outcome = CSVHeader.read(Array(text.utf8).span, from: 0, endsHere: true)
    guard case .malformed(reason, _) = outcome else {
      Issue.record("unexpected: \(outcome)")
      return
    }
  }
}
