import StateJournal
import Testing

@Suite("Addresses as text")
struct StateSelectionTests {
  @Test(
    "Every address comes back from its text, which a shell takes as it is",
    arguments: [
      "orders", "a/b", "50%", "é", "e\u{301}", " ", "\u{1B}[2J", "\u{202E}", "-x", "others",
      "a'b\"c",
      "\0", "*", "日本", "\u{2028}", "\u{FEFF}x", "a\u{A0}b", ".", "..",
    ])
  func roundTrips(name: String) throws {
    for address in [
      StateAddress.stream(name, of: name), .others(name, of: name), .stream("others", of: name),
    ] {
      let text = address.text
      let back = try StateAddress(text: text)
      #expect(back == address, "\(text)")
      #expect(!text.hasPrefix("-"))
      let isPlain = text.unicodeScalars.allSatisfy { scalar in
        !scalar.isASCII || scalar.properties.isAlphabetic
          || "0123456789/%._-+:@,=".unicodeScalars.contains(scalar)
      }
      #expect(isPlain, "\(text)")
    }
    #expect(try StateSelection(text: StateSelection.source(name).text) == .source(name))
  }

  @Test("Text is read as it is typed, escapes or not")
  func reads() throws {
    #expect(try StateSelection(text: "orders") == .source("orders"))
    #expect(
      try StateSelection(text: "my orders/a b") == .object(.stream("a b", of: "my orders")))
    #expect(try StateSelection(text: "o/others/k") == .object(.others("k", of: "o")))
    #expect(try StateSelection(text: "o/others") == .object(.stream("others", of: "o")))
    #expect(try StateSelection(text: "o%2fp/%C3%A9") == .object(.stream("é", of: "o/p")))
  }

  @Test(
    "What is no address is refused with the way to write it",
    arguments: [
      ("", "empty"), ("/a", "empty"), ("a/", "empty"), ("a/b/c", "%2F"), ("a/others/", "empty"),
      ("a/b/others/c", "%2F"), ("100%", "%25"), ("a%zz", "%25"), ("a%f", "%25"),
      ("a%ff/b", "UTF-8"), (String(repeating: "x", count: 1025), "1025"),
    ])
  func refuses(text: String, part: String) {
    #expect {
      try StateSelection(text: text)
    } throws: { error in
      (error as? StateError)?.message.contains(part) ?? false
    }
  }

  @Test("A source alone is no object")
  func sourceAlone() {
    #expect(throws: StateError.self) { try StateAddress(text: "orders") }
  }
}
