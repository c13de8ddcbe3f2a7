import Testing

@Suite("The code that documents show")
struct SampleTests {
  /// Its commands and files are followed one by one by a test of its own.
  private static let tutorial = "Sources/StateJournal/StateJournal.docc/Tutorial.md"

  @Test("Every sample is code that these tests compile")
  func samplesCompile() throws {
    let documents =
      ["README.md"] + (try Tree.files(below: ["Sources"], ending: ["md", "swift"]))
    let samples = try documents.filter { $0 != Self.tutorial }.flatMap {
      Sample.samples(in: try Tree.text($0), of: $0)
    }
    #expect(samples.count > 20)
    let compiled =
      try Tree.files(below: ["Tests"], ending: ["swift"]).map {
        Sample.significant(try Tree.text($0).split(separator: "\n"))
      } + Sample.samples(in: Tree.text(Self.tutorial), of: Self.tutorial).map(\.code)
    for sample in samples {
      #expect(
        compiled.contains(where: sample.isCompiled(in:)),
        """
        \(sample) is in no file of Tests; add it, word for word, to one in \
        Tests/DocumentationTests/Examples:
        \(sample.code.joined(separator: "\n"))
        """)
    }
  }

  @Test("A sample with a changed word is noticed")
  func changedSample() {
    let page = "Text\n```swift\nimport A\nlet a   = 1\n\n  let b = 2\n```\n```\nno code\n```\n"
    let samples = Sample.samples(in: page, of: "A.md")
    #expect(samples.map(\.code) == [["import A", "let a = 1", "let b = 2"]])
    #expect(samples[0].isCompiled(in: ["import A", "func f() {", "let a = 1", "let b = 2", "}"]))
    #expect(!samples[0].isCompiled(in: ["import A", "func f() {", "let a = 1", "let b = 3", "}"]))
    #expect(!samples[0].isCompiled(in: ["func f() {", "let a = 1", "let b = 2", "}"]))
  }

  @Test("Samples are found in comments of sources as well")
  func samplesInComments() {
    let source = "/// Text.\n///\n/// ```swift\n/// let a = 1\n/// ```\nlet b = 2\n"
    #expect(Sample.samples(in: source, of: "A.swift").map(\.code) == [["let a = 1"]])
  }
}
