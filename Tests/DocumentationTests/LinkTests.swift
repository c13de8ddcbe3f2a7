import Foundation
import Testing

@Suite("What the README says about the tree")
struct LinkTests {
  @Test("Every link to a file leads to one")
  func links() throws {
    let readme = try Tree.text("README.md")
    let targets = readme.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    let files = targets.filter { !$0.hasPrefix("https://") && !$0.hasPrefix("#") }
    #expect(files.count > 3)
    for file in files {
      #expect(
        FileManager.default.fileExists(atPath: Tree.root.appending(path: file).path),
        "README.md links to \(file)")
    }
  }

  @Test("Every folder of sources and every tool is in the table of the house")
  func house() throws {
    let readme = try Tree.text("README.md")
    let house = try #require(readme.range(of: "## The house"))
    let table = readme[house.upperBound...]
    let missing =
      try Tree.names(in: "Sources").filter { !table.contains("`Sources/\($0)`") }
      + Tree.names(in: "Tools").filter { !table.contains("`\($0)`") }
    #expect(missing == [])
  }

  @Test("At the top are only the five names that a newcomer has to look at")
  func top() throws {
    #expect(
      try Tree.names(in: ".").filter { $0 != "Package.resolved" } == [
        "Package.swift", "README.md", "Sources", "Tests", "Tools",
      ])
  }

  @Test("Every article is reachable from the page of its module")
  func articles() throws {
    for page in try Tree.files(below: ["Sources"], ending: ["md"]) {
      let folder = URL(filePath: page).deletingLastPathComponent()
      let module = folder.deletingPathExtension().lastPathComponent
      let name = URL(filePath: page).deletingPathExtension().lastPathComponent
      guard name != module else { continue }
      let landing = try Tree.text("Sources/\(module)/\(module).docc/\(module).md")
      let isNamed = landing.contains("<doc:\(name)>")
      #expect(isNamed, "\(module).md does not name \(name)")
    }
  }
}
