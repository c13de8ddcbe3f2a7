import DataSources
import LoopbackServer
import StateJournal
import Synchronization
import Testing

@testable import HTTPDataSources

@Suite("The pages of a JSON API as a source", .timeLimit(.minutes(30)))
struct HTTPPagingTests {
  private let job: ShopJob

  init() throws { job = try ShopJob() }

  @Test(
    "Every row comes once, in later runs those that are new, whatever page they are on",
    arguments: ShopJob.pagings.indices)
  func pages(index: Int) async throws {
    for (last, end) in [(0, 1), (1, 3), (3, 4), (4, 4), (4, 9)] {
      if end > last { job.put((last + 1)...end) }
      try await job.run(index)
      #expect(job.output == (1...end).map { "{\"n\":\($0)}" })
    }
  }

  @Test("A page whose rows are not those that were taken is refused")
  func changedPage() async throws {
    job.put(1...3)
    try await job.run()
    job.shop.state.withLock { $0.rows[2] = ["n": 7] }
    let changed = await #expect(throws: IngestionError.self) { try await job.run() }
    #expect(
      changed?.message.contains("does not begin any more with the 1 row that were taken") == true)
    job.shop.state.withLock { _ = $0.rows.removeLast() }
    let shorter = await #expect(throws: IngestionError.self) { try await job.run() }
    #expect(shorter?.message.contains("has 0 rows, and 1 were taken of it before") == true)
    #expect(job.output.count == 3)
  }

  @Test(
    "A next page on another server is not asked, and a page that is its own next one ends the stream"
  )
  func strangePages() async throws {
    let body = #"{"data":{"items":[{"n":1}]},"next":"http://example.com/steal"}"#
    job.shop.state.withLock { $0.faults = [HTTPAnswer(200, Array(body.utf8))] }
    let other = await #expect(throws: IngestionError.self) { try await job.run(1) }
    #expect(other?.message.contains("on another server") == true)
    let loop = #"{"data":{"items":[]},"meta":{"cursor":"x"}}"#
    job.shop.state.withLock {
      $0.faults = [HTTPAnswer(200, Array(loop.utf8)), HTTPAnswer(200, Array(loop.utf8))]
    }
    let error = await #expect(throws: IngestionError.self) { try await job.run(0, path: "/loop") }
    #expect(
      error?.message.contains("says that it is its own next page") == true,
      "\(error?.message ?? "")")
  }

  @Test(
    "Pages that lead in a circle are an error before a row of the circle comes twice",
    arguments: [
      ["b", "c", "b"], ["b", "c", "d", "c"], ["b", "c", "d", "b"], ["b", "c", "c"],
    ])
  func circle(next: [String]) async throws {
    job.put(pagesWithNext: next)
    let error = await #expect(throws: IngestionError.self) { try await job.run() }
    let words = "\(error?.message ?? "")"
    #expect(words.contains("the pages lead in a circle"), "\(words)")
    #expect(words.contains("cursor=\(next[next.count - 2])"), "\(words)")
    #expect(job.output == (1..<next.count).map { "{\"n\":\($0)}" })
    #expect(job.shop.state.withLock { $0.faults }.isEmpty)
  }

  @Test("A last page that leads to the first one is an error, also when a run goes on behind that")
  func circleToTheBeginning() async throws {
    job.put(pagesWithNext: ["/orders?p=2", "/orders?p=3", ""])
    try await job.run(1)
    job.put(pagesWithNext: ["/orders?p=4", "/orders"])
    job.shop.state.withLock {
      // The third page once more, with the row that was taken of it.
      let text = String(decoding: $0.faults[0]?.body ?? [], as: UTF8.self)
      $0.faults[0]?.body = Array(text.replacing("\"n\":1", with: "\"n\":3").utf8)
    }
    let error = await #expect(throws: IngestionError.self) { try await job.run(1) }
    #expect(
      error?.message.contains(
        "the next page is \(job.server.address)/orders, which was read before")
        == true, "\(error?.message ?? "")")
    #expect(job.output == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
  }

  @Test("A run after one that ended at a circle takes no row of it a second time")
  func circleInLaterRuns() async throws {
    let next = ["/orders?p=2", "/orders?p=3", "/orders?p=2"]
    job.put(pagesWithNext: next)
    _ = await #expect(throws: IngestionError.self) { try await job.run(1) }
    let first = job.output
    // Each later run is answered from where the one before it has left off.
    for _ in 0..<5 {
      job.put(pagesWithNext: next)
      job.shop.state.withLock { $0.faults.removeFirst(2) }
      let error = await #expect(throws: IngestionError.self) { try await job.run(1) }
      #expect(error?.message.contains("lead in a circle") == true, "\(error?.message ?? "")")
      #expect(job.output == first)
    }
  }

  @Test("A link is relative to the page that it stands on, also when a later run goes on behind it")
  func relativeLinks() async throws {
    for next in [["a/2", "3", ""], ["a/2", ""]] {
      job.put(pagesWithNext: next)
      if next.count == 2 {
        // The page that the run before has ended with, and the one behind it.
        job.shop.state.withLock {
          let bodies = [
            #"{"data":{"items":[{"n":3}]},"next":"4"}"#, #"{"data":{"items":[{"n":4}]}}"#,
          ]
          $0.faults = bodies.map { HTTPAnswer(200, Array($0.utf8)) }
        }
      }
      try await job.run(1, path: "/orders/1")
    }
    #expect(job.output == (1...4).map { "{\"n\":\($0)}" })
    #expect(
      job.shop.state.withLock { $0.requests }.map(\.path) == [
        "/orders/1", "/orders/a/2", "/orders/a/3", "/orders/a/3", "/orders/a/4",
      ])
  }

  @Test(
    "The next page of a header is the one that says so, whatever else it says",
    arguments: [
      ("</a>; rel=\"next\"", "/a"), ("</a>; rel=next", "/a"), ("</a>; Rel = \"NEXT\"", "/a"),
      ("</a>; rel=\"prev\", </b>; rel=\"last next\"", "/b"),
      ("</a>;title=\"x\";rel=next;y=z", "/a"),
      ("</a>; rel=\"prev\"", nil), ("</a>; rel=nextpage", nil), ("</a>; xrel=next", nil),
      ("</a>; rel=\"next-archive\"", nil), ("</a>; title=\"rel=next\"", nil), ("", nil),
    ])
  func linkHeader(header: String, target: String?) { #expect(Page.nextLink(header) == target) }

  @Test("A page that was read before is noticed, and no long row of pages is taken for one")
  func trail() {
    var trail = PageTrail()
    let newCount = (0..<200_000).count { trail.visit("page \($0)") }
    #expect(newCount == 200_000)
    let isNew = trail.visit("page 65535")
    #expect(!isNew)
  }

  @Test(
    "A landmark is met after at most twice as many pages as lead to the circle, and one time around",
    arguments: [(0, 1), (1, 2), (5, 3), (66_001, 2), (200_000, 7), (3, 1000)])
  func landmark(lead: Int, circle: Int) {
    var landmark = PageLandmark(address: "0")
    var number = 0
    var stepCount = 0
    repeat {
      number = number + 1 < lead + circle ? number + 1 : lead
      stepCount += 1
    } while landmark.pass("\(number)") && stepCount < 1_000_000
    #expect(stepCount >= lead + circle)
    #expect(stepCount <= 3 * max(lead, circle) + circle + 1)
  }
}
