import DataSources
import Foundation
import LoopbackServer
import StateJournal
import Synchronization
import Testing

@testable import HTTPDataSources

@Suite("A JSON API as a source", .timeLimit(.minutes(2)))
struct HTTPTests {
  /// A shop with orders in pages of two.
  private final class Shop: Sendable {
    struct State {
      var rows: [StateObject] = []
      var faults: [HTTPAnswer?] = []
      var requests: [HTTPRequest] = []
    }

    let state = Mutex(State())

    func answer(_ request: HTTPRequest) -> HTTPAnswer? {
      state.withLock { state in
        state.requests.append(request)
        if !state.faults.isEmpty { return state.faults.removeFirst() }
        guard request.headers["authorization"] == "Bearer secret" else { return HTTPAnswer(401) }
        if request.path.hasPrefix("/forbidden") { return HTTPAnswer(403) }
        let parts = request.path.split(separator: "?", maxSplits: 1)
        let query = parts.count == 2 ? parts[1].split(separator: "&") : []
        let start = query.last { $0.hasPrefix("cursor=") }.flatMap { Int($0.dropFirst(7)) } ?? 0
        let rows = Array(state.rows.dropFirst(start).prefix(2))
        let next = start + 2 < state.rows.count ? start + 2 : nil
        let items = StateValue.array(rows.map(StateValue.object))
        let link = next.map { StateValue.string("\(parts[0])?cursor=\($0)") } ?? .null
        let body: StateValue =
          parts[0] == "/plain"
          ? items
          : [
            "data": ["items": items], "next": link,
            "meta": ["cursor": next.map { .string(String($0)) } ?? .null],
          ]
        return HTTPAnswer(
          200, Array(body.description.utf8),
          headers: next.map {
            [("Link", "</a>; rel=\"prev\", <\(parts[0])?cursor=\($0)>; rel=\"next\"")]
          }
            ?? [])
      }
    }
  }

  private let shop = Shop()
  private let server: LoopbackServer
  private let folder: Folder
  private let storage = InMemoryStateStorage()
  private let pauses = Pauses()

  private final class Pauses: Sendable {
    let list = Mutex<[Duration]>([])
  }

  init() throws {
    server = try LoopbackServer(answer: shop.answer)
    folder = try Folder()
  }

  private static let pagings: [(path: String, rows: String, paging: HTTPPagedSource.Paging)] = [
    ("/orders?limit=2", "data.items", .cursor(member: "meta.cursor", parameter: "cursor")),
    ("/orders", "data.items", .link(member: "next")), ("/plain", "", .linkHeader),
  ]

  @discardableResult
  private func run(
    _ index: Int = 0, token: String = "secret", path: String? = nil,
    timeout: Duration = .seconds(20), maximumAnswerByteCount: Int = 1 << 20
  ) async throws -> IngestionSummary {
    let (ownPath, rows, paging) = Self.pagings[index]
    var source = HTTPPagedSource(
      identifier: "shop",
      streams: [
        .init("orders", address: server.address + (path ?? ownPath), rows: rows, paging: paging)
      ], timeout: timeout, retries: RetrySchedule(attemptCount: 3),
      maximumAnswerByteCount: maximumAnswerByteCount
    ) { token }
    source.sender.pause = { [pauses] pause in pauses.list.withLock { $0.append(pause) } }
    return try await Ingestion(
      sources: [source], sink: try NDJSONFileSink(folder.path + "/out"), storage: storage,
      policy: IngestionPolicy(grouping: GroupingPolicy(maximumPayloadCount: 1))
    ).run()
  }

  private func put(_ numbers: ClosedRange<Int>) {
    shop.state.withLock { $0.rows += numbers.map { ["n": .int(Int64($0))] } }
  }

  private var output: [String] {
    (folder.text("out/orders.ndjson") ?? "").split(separator: "\n").map(String.init)
  }

  @Test(
    "Every row comes once, in later runs those that are new, whatever page they are on",
    arguments: pagings.indices)
  func pages(index: Int) async throws {
    for (last, end) in [(0, 1), (1, 3), (3, 4), (4, 4), (4, 9)] {
      if end > last { put((last + 1)...end) }
      try await run(index)
      #expect(output == (1...end).map { "{\"n\":\($0)}" })
    }
  }

  @Test("What may pass is asked again, and not before the service wants to be asked")
  func retries() async throws {
    put(1...3)
    shop.state.withLock {
      $0.faults = [HTTPAnswer(503), nil, nil]
      $0.faults[1] = HTTPAnswer(429, headers: [("Retry-After", "7")])
      $0.faults.removeLast()
    }
    try await run()
    #expect(output.count == 3)
    #expect(pauses.list.withLock { $0 }.count == 2)
    #expect(pauses.list.withLock { $0 }.last == .seconds(7))
  }

  @Test("What does not pass in time is a transient error, so that the stream's policy may go on")
  func unavailable() async throws {
    shop.state.withLock { $0.faults = [HTTPAnswer(500), HTTPAnswer(502), HTTPAnswer(503)] }
    let error = await #expect(throws: IngestionError.self) { try await run() }
    let cause = error?.underlying as? DataSourceError
    #expect(cause?.isTransient == true)
    #expect((cause?.underlying as? HTTPFailure)?.kind == .unavailable(status: 503))
    #expect((cause?.underlying as? HTTPFailure)?.attemptCount == 3)
  }

  @Test("A refused token and one that may not do this are told apart, and not tried again")
  func tokens() async throws {
    for (token, path, kind) in [
      ("other", "/orders", HTTPFailure.Kind.unauthorized), ("secret", "/forbidden", .forbidden),
    ] {
      let error = await #expect(throws: IngestionError.self) {
        try await run(token: token, path: path)
      }
      let cause = error?.underlying as? DataSourceError
      #expect(cause?.isTransient == false)
      #expect((cause?.underlying as? HTTPFailure)?.kind == kind)
    }
    #expect(pauses.list.withLock { $0 }.isEmpty)
  }

  @Test("A page whose rows are not those that were taken is refused")
  func changedPage() async throws {
    put(1...3)
    try await run()
    shop.state.withLock { $0.rows[2] = ["n": 7] }
    let changed = await #expect(throws: IngestionError.self) { try await run() }
    #expect(
      changed?.message.contains("does not begin any more with the 1 row that were taken") == true)
    shop.state.withLock { _ = $0.rows.removeLast() }
    let shorter = await #expect(throws: IngestionError.self) { try await run() }
    #expect(shorter?.message.contains("has 0 rows, and 1 were taken of it before") == true)
    #expect(output.count == 3)
  }

  @Test(
    "An answer that is not what was said is an error that names the address and the member",
    arguments: [
      ("<html>", "the answer is not JSON: line 1, column 1"),
      ("{\"data\":{}}", "\"data.items\" is no array of rows"),
      ("{\"data\":{\"items\":[1]}}", "row 1 is no object: 1"),
      (
        "{\"data\":{\"items\":[]},\"meta\":{\"cursor\":[1]}}",
        "\"meta.cursor\" is [1], which is no cursor"
      ),
    ])
  func answers(body: String, words: String) async throws {
    shop.state.withLock { $0.faults = [HTTPAnswer(200, Array(body.utf8))] }
    let error = await #expect(throws: IngestionError.self) { try await run() }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(server.address + "/orders?limit=2") == true)
  }

  @Test(
    "A next page on another server is not asked, and a page that is its own next one ends the stream"
  )
  func strangePages() async throws {
    let body = #"{"data":{"items":[{"n":1}]},"next":"http://example.com/steal"}"#
    shop.state.withLock { $0.faults = [HTTPAnswer(200, Array(body.utf8))] }
    let other = await #expect(throws: IngestionError.self) { try await run(1) }
    #expect(other?.message.contains("on another server") == true)
    let loop = #"{"data":{"items":[]},"meta":{"cursor":"x"}}"#
    shop.state.withLock {
      $0.faults = [HTTPAnswer(200, Array(loop.utf8)), HTTPAnswer(200, Array(loop.utf8))]
    }
    let error = await #expect(throws: IngestionError.self) { try await run(0, path: "/loop") }
    #expect(
      error?.message.contains("says that it is its own next page") == true,
      "\(error?.message ?? "")")
  }

  @Test("A redirection to another server is not followed, which would give it the token")
  func redirection() async throws {
    put(1...1)
    let thief = Shop()
    let other = try LoopbackServer(answer: thief.answer)
    shop.state.withLock {
      $0.faults = [HTTPAnswer(302, headers: [("Location", other.address + "/orders")])]
    }
    let error = await #expect(throws: IngestionError.self) { try await run() }
    let cause = (error?.underlying as? DataSourceError)?.underlying as? HTTPFailure
    #expect(cause?.kind == .refused(status: 302), "\(error?.message ?? "")")
    #expect(thief.state.withLock { $0.requests }.isEmpty)

    shop.state.withLock {
      $0.faults = [HTTPAnswer(302, headers: [("Location", server.address + "/orders?limit=2")])]
    }
    try await run()
    #expect(output == ["{\"n\":1}"])
  }

  /// What the one request of a run that does not end well failed with.
  private func failure(
    of answer: HTTPAnswer, maximumAnswerByteCount: Int
  ) async throws -> HTTPFailure? {
    shop.state.withLock { $0.faults = [answer] }
    let error = await #expect(throws: IngestionError.self) {
      try await run(maximumAnswerByteCount: maximumAnswerByteCount)
    }
    let failure = (error?.underlying as? DataSourceError)?.underlying as? HTTPFailure
    #expect(failure?.attemptCount == 1)
    return failure
  }

  @Test("An answer may be as long as allowed, and one byte more is an error with address and bound")
  func longAnswers() async throws {
    let body = Array(#"{"data":{"items":[{"n":1}]}}"#.utf8)
    shop.state.withLock { $0.faults = [HTTPAnswer(200, body)] }
    try await run(maximumAnswerByteCount: body.count)
    #expect(output == ["{\"n\":1}"])
    let failure = try await failure(
      of: HTTPAnswer(200, body), maximumAnswerByteCount: body.count - 1)
    #expect(failure?.kind == .tooLarge(maximumByteCount: body.count - 1))
    let words = "\(failure?.description ?? "")"
    #expect(words.contains("\(server.address)/orders?limit=2: the answer is longer than 27 bytes"))
    #expect(words.contains("maximumAnswerByteCount"))
  }

  @Test("An answer that never ends is given up as soon as it is too long")
  func endlessAnswer() async throws {
    let failure = try await failure(
      of: HTTPAnswer(200, [UInt8](repeating: 0x20, count: 100_000), isFinished: false),
      maximumAnswerByteCount: 99_999)
    #expect(failure?.kind == .tooLarge(maximumByteCount: 99_999), "\(String(describing: failure))")
  }

  @Test("An answer that is short only as long as it is compressed is too long")
  func compressedAnswer() async throws {
    // 100,002 bytes: a hundred thousand spaces in brackets.
    let compressed = try #require(
      Data(
        base64Encoded:
          "H4sIAAAAAAACA+3BQREAAAwCoCrr5a1/DWv4AHIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          + "AAAAAADArC+fCYOGooYBAA=="))
    let answer = HTTPAnswer(200, Array(compressed), headers: [("Content-Encoding", "gzip")])
    let failure = try await failure(of: answer, maximumAnswerByteCount: 10_000)
    #expect(failure?.kind == .tooLarge(maximumByteCount: 10_000), "\(String(describing: failure))")
  }

  @Test("A refusal with a long text stays that refusal")
  func longRefusal() async throws {
    let failure = try await failure(
      of: HTTPAnswer(403, [UInt8](repeating: 0x61, count: 5000)), maximumAnswerByteCount: 1000)
    #expect(failure?.kind == .forbidden)
    #expect(failure?.detail.count == 200)
  }

  /// Pages with one row each, numbered from 1 on.
  private func put(pagesWithNext next: [String]) {
    shop.state.withLock {
      $0.faults = next.enumerated().map { index, next in
        HTTPAnswer(
          200,
          Array(
            #"{"data":{"items":[{"n":\#(index + 1)}]},"next":"\#(next)","meta":{"cursor":"\#(next)"}}"#
              .utf8))
      }
    }
  }

  @Test(
    "Pages that lead in a circle are an error before a row of the circle comes twice",
    arguments: [
      ["b", "c", "b"], ["b", "c", "d", "c"], ["b", "c", "d", "b"], ["b", "c", "c"],
    ])
  func circle(next: [String]) async throws {
    put(pagesWithNext: next)
    let error = await #expect(throws: IngestionError.self) { try await run() }
    let words = "\(error?.message ?? "")"
    #expect(words.contains("the pages lead in a circle"), "\(words)")
    #expect(words.contains("cursor=\(next[next.count - 2])"), "\(words)")
    #expect(output == (1..<next.count).map { "{\"n\":\($0)}" })
    #expect(shop.state.withLock { $0.faults }.isEmpty)
  }

  @Test("A last page that leads to the first one is an error, also when a run goes on behind that")
  func circleToTheBeginning() async throws {
    put(pagesWithNext: ["/orders?p=2", "/orders?p=3", ""])
    try await run(1)
    put(pagesWithNext: ["/orders?p=4", "/orders"])
    shop.state.withLock {
      // The third page once more, with the row that was taken of it.
      let text = String(decoding: $0.faults[0]?.body ?? [], as: UTF8.self)
      $0.faults[0]?.body = Array(text.replacing("\"n\":1", with: "\"n\":3").utf8)
    }
    let error = await #expect(throws: IngestionError.self) { try await run(1) }
    #expect(
      error?.message.contains("the next page is \(server.address)/orders, which was read before")
        == true, "\(error?.message ?? "")")
    #expect(output == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
  }

  @Test("A circle is noticed however far out it is, and no long row of pages is taken for one")
  func trail() {
    var trail = PageTrail()
    let newCount = (0..<200_000).count { trail.visit("page \($0)") }
    #expect(newCount == 200_000)
    let isNew = trail.visit("page 65535")
    #expect(!isNew)
    let circle = (0..<7).map { "far \($0)" }
    let visitCount = (0..<1_000_000).prefix(while: { trail.visit(circle[$0 % 7]) }).count
    #expect(visitCount < 1_000_000)
  }
}
