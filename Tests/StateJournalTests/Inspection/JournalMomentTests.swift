import FileIO
import JournalEngine
import JournalFormat
import StateJournal
import StorageSimulator
import Testing

@Suite("Moments as people name them")
struct JournalMomentTests {
  private static let second: Int64 = 1_000_000_000
  private static let now: Int64 = 1_764_108_000 * second

  private static let texts: [(String, JournalMoment)] = [
    ("0", JournalMoment.sequence(.zero)), ("1234", .sequence(LogSequenceNumber(1234))),
    ("18446744073709551615", .sequence(LogSequenceNumber(.max))), ("now", .last),
    ("@1764108000", .time(nanoseconds: now)),
    ("@1.5", .time(nanoseconds: 1_500_000_000)),
    ("2025-11-25T22:00:00Z", .time(nanoseconds: now)),
    ("2025-11-25t23:00:00.25+01:00", .time(nanoseconds: now + second / 4)),
    ("2025-11-25 22:00", .time(nanoseconds: now)),
    ("2025-11-25 16:30-05:30", .time(nanoseconds: now)),
    ("2024-02-29", .time(nanoseconds: 1_709_164_800 * second)),
    ("1969-12-31T23:59:59.999999999Z", .time(nanoseconds: -1)),
    ("-90s", .time(nanoseconds: now - 90 * second)),
    ("-10m", .time(nanoseconds: now - 600 * second)),
    ("-2h", .time(nanoseconds: now - 7200 * second)),
    ("-3d", .time(nanoseconds: now - 259_200 * second)),
    ("-1w", .time(nanoseconds: now - 604_800 * second)),
    ("before-deploy", .label("before-deploy")), ("nówhere", .label("nówhere")),
  ]

  @Test("Commits, times and spans are read", arguments: texts)
  func reads(text: String, moment: JournalMoment) {
    #expect(JournalMoment(text, now: Self.now) == moment)
  }

  @Test(
    "What only looks like one is none, and no label either",
    arguments: [
      "", "-", "@", "@x", "-h", "-3y", "-3", "+3d", "2025-13-01", "2025-02-29", "2025-11-25 24:00",
      "2025-11-25T22:60", "2025-11-25T22", "2025-11-25T22:00:00.Z", "2025-11-25T22:00:00+1",
      "99999999999999999999", "9999-12-31", "@9999999999999", "-999999999999w", "1.5", "a b",
      "a/b", "\u{1B}[0m", String(repeating: "x", count: 256),
    ])
  func refuses(text: String) {
    #expect(JournalMoment(text, now: Self.now) == nil)
    #expect(!JournalLabel.isName(text))
  }

  @Test("Every day from 1600 to 2200 becomes the second that its text says")
  func days() throws {
    var seconds: Int64 = -11_676_096_000
    while seconds < 7_258_118_400 {
      let text = UTCTime(secondsSince1970: seconds).description
      let fields = text.prefix(10).split(separator: "-").compactMap { Int64($0) }
      let back = UTCTime.secondsSince1970(year: fields[0], month: fields[1], day: fields[2])
      try #require(back == seconds, "\(text)")
      seconds += 86_400
    }
  }
}
