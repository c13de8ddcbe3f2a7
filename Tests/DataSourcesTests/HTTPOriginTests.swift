import DataSources
import HTTPRequests
import LoopbackServer
import StateJournal
import Synchronization
import Testing

@testable import HTTPDataSources

@Suite("The server that a token belongs to", .timeLimit(.minutes(30)))
struct HTTPOriginTests {
  @Test(
    "The same server in another spelling is the same server (RFC 3986, 6.2.2 and 6.2.3)",
    arguments: [
      ("http://host/", "HTTP://HOST:80/"), ("http://host", "http://host:/x?y"),
      ("https://api.example.com/orders", "HTTPS://Api.Example.COM:443"),
      ("http://127.0.0.1:8080", "Http://127.0.0.1:8080/#f"), ("http://[::1]/", "http://[::1]:80/"),
      ("http://host:0080/", "http://host/"), ("http://[FE80::A]/", "http://[fe80::a]/"),
    ])
  func same(one: String, other: String) {
    #expect(HTTPOrigin(address: one) != nil)
    #expect(HTTPOrigin(address: one) == HTTPOrigin(address: other))
  }

  @Test(
    "Another scheme, host or port is another server",
    arguments: [
      "https://host/", "http://host:443/", "http://host:8080/", "http://host./", "http://hos/",
      "http://host.evil/", "http://xhost/", "http://evil/host", "http://host@evil/",
      "http://host:80@evil/", "http://h%6Fst/",
    ])
  func different(other: String) {
    #expect(HTTPOrigin(address: "http://host/") != HTTPOrigin(address: other))
  }

  @Test(
    "What is no address of a web server has no origin",
    arguments: [
      "", "nonsense", "/orders", "ftp://host/", "http:", "http://", "http:///x", "http://:80/",
      "http://host:0/", "http://host:65536/", "http://host:x/", "file:///etc/passwd", "http:host",
    ])
  func none(text: String) { #expect(HTTPOrigin(address: text) == nil) }

  private static let stream = HTTPPagedSource.Stream(
    "orders", address: "http://host/a/orders", paging: .link(member: "next"))

  @Test(
    "A link to the same server is followed, spelled as the stream spells it",
    arguments: [
      ("HTTP://HOST:80/x?y=Z%20+1#f", "http://host/x?y=Z%20+1#f"), ("//HOST/x", "http://host/x"),
      ("http://host:/X", "http://host/X"), ("b", "http://host/a/b"), ("/b", "http://host/b"),
      ("?p=2", "http://host/a/orders?p=2"), ("../c", "http://host/c"),
    ])
  func followed(link: String, text: String) throws {
    #expect(try PageAddress(of: Self.stream, cursor: link).text == text)
  }

  @Test("A link is followed where the server is an address of IPv6")
  func literal() throws {
    let stream = HTTPPagedSource.Stream(
      "orders", address: "http://[::1]:8080/a", paging: .link(member: "next"))
    for link in ["/b?p=2", "http://[::1]:8080/b?p=2"] {
      #expect(try PageAddress(of: stream, cursor: link).text == "http://[::1]:8080/b?p=2")
    }
    #expect(throws: DataSourceError.self) {
      try PageAddress(of: stream, cursor: "http://[::2]:8080/b")
    }
  }

  @Test(
    "A link to another server is refused, however it is spelled",
    arguments: [
      "https://host/x", "http://host:8080/x", "//evil/x", "http://evil", "http://host@evil/x",
      "http://host:80@evil/x", "http://host\\@evil/x", "\\\\evil/x\\..\\//evil", "ftp://host/x",
      "http://host.evil/x", "http://evil#@host/", "http://evil?@host/", "http:///x",
      "HTTP://evil:80/",
      "\t//evil/x",
    ])
  func refused(link: String) {
    // What is no link to another server at all, but an odd path on this one, may be asked.
    guard let page = try? PageAddress(of: Self.stream, cursor: link) else { return }
    #expect(page.text.hasPrefix("http://host/"), "\(page.text)")
  }

  @Test("A link and a redirection that spell the server otherwise lead on, with the token")
  func spelledOtherwise() async throws {
    let job = try ShopJob()
    let base = "HTTP://LOCALHOST:\(job.server.port)"
    job.put(pagesWithNext: ["\(base)/orders?p=2", ""])
    job.shop.state.withLock {
      $0.faults.insert(HTTPAnswer(302, headers: [("Location", base + "/moved")]), at: 1)
    }
    try await job.run(1, host: "localhost")
    #expect(job.output == ["{\"n\":1}", "{\"n\":2}"])
    let requests = job.shop.state.withLock { $0.requests }
    #expect(requests.map(\.path) == ["/orders", "/orders?p=2", "/moved"])
    #expect(requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
  }

  @Test("Pages that lead in a circle do so in another spelling, too, and give no row twice")
  func circle() async throws {
    let job = try ShopJob()
    let base = "Http://LocalHost:\(job.server.port)"
    job.put(pagesWithNext: ["\(base)/orders?p=2", "\(base)/orders"])
    let error = await #expect(throws: IngestionError.self) {
      try await job.run(1, host: "localhost")
    }
    #expect(error?.message.contains("lead in a circle") == true, "\(error?.message ?? "")")
    #expect(job.output == ["{\"n\":1}"])
  }

  @Test("No token follows to another port, neither by a link nor by a redirection")
  func otherPort() async throws {
    let thief = Shop()
    let other = try LoopbackServer(answer: thief.answer)
    for scheme in ["http", "HTTP"] {
      let target = "\(scheme)://127.0.0.1:\(other.port)/orders"
      let job = try ShopJob()
      job.put(pagesWithNext: [target])
      let link = await #expect(throws: IngestionError.self) { try await job.run(1) }
      #expect(link?.message.contains("on another server") == true, "\(link?.message ?? "")")
      job.shop.state.withLock { $0.faults = [HTTPAnswer(307, headers: [("Location", target)])] }
      let moved = await #expect(throws: IngestionError.self) { try await job.run(1) }
      #expect(moved?.message.contains("another server") == true, "\(moved?.message ?? "")")
    }
    #expect(thief.state.withLock { $0.requests }.isEmpty)
  }
}
