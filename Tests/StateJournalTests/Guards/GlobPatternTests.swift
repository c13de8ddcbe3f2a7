import StateJournal
import Testing

@Suite("Patterns of names mean what a shell means by them")
struct GlobPatternTests {
  @Test(
    "A text is meant as a whole",
    arguments: [
      ("*", "", true), ("*", "orders/2024", true), ("orders/*", "orders/2024", true),
      ("orders/*", "orders", false), ("*/others/*", "a/others/b", true), ("o?d", "old", true),
      ("o?d", "od", false), ("[a-c]x", "bx", true), ("[a-c]x", "dx", false),
      ("[!a-c]x", "dx", true),
      ("[]]", "]", true), ("[a", "[a", true), ("\\*", "*", true), ("\\*", "x", false),
      ("a\\", "a\\", true), ("", "", true), ("", "a", false), ("é", "é", true),
      ("a*b*c", "axxbxxbxxc", true), ("a*b*c", "axxcxxb", false), ("[z-a]", "m", true),
    ])
  func matches(pattern: String, text: String, isMeant: Bool) {
    #expect(GlobPattern(pattern).matches(text) == isMeant)
  }

  @Test(
    "What every text that is meant begins with ends where the pattern leaves a choice",
    arguments: [
      ("*", ""), ("orders/*", "orders/"), ("orders", "orders"), ("o?d", "o"), ("o[r]d", "o"),
      ("[a", "[a"), ("a\\*b*", "a*b"), ("é/*", "é/"), ("", ""),
    ])
  func literalBeginning(pattern: String, beginning: String) {
    #expect(GlobPattern(pattern).literalBeginning == beginning)
  }

  @Test("Many stars take no longer than one")
  func hostile() {
    let pattern = GlobPattern(String(repeating: "*a", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 20_000)))
  }
}
