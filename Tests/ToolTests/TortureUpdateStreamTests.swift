import Testing
import journal_torture

@Suite("The updates that a seed stands for")
struct TortureUpdateStreamTests {
  struct Vector: Sendable {
    var seed: UInt64
    var number: UInt64
    var key: String
    var isDeletion = false
    var byteCount: Int?
    var beginning = ""
  }

  @Test(
    "Key, deletion, length and first digits are those of the specification",
    arguments: [
      Vector(
        seed: 1, number: 1, key: "k17", isDeletion: true, byteCount: 15,
        beginning: "1:dce423fc82c0d"),
      Vector(seed: 1, number: 2, key: "k7", byteCount: 11, beginning: "2:fbe7a763b"),
      Vector(
        seed: 1, number: 3, key: "k6", byteCount: 796, beginning: "3:7740eb31ebd3039aa6c718"),
      Vector(
        seed: 1, number: 4, key: "k11", byteCount: 52, beginning: "4:769dd690108842d63edffc"),
      Vector(
        seed: 1, number: 5, key: "k9", byteCount: 66, beginning: "5:cde286865f7c5405400079"),
      Vector(
        seed: 42, number: 1, key: "k13", byteCount: 100, beginning: "1:b29ed950786f5ae357e1fa"),
      Vector(seed: 42, number: 2, key: "k19", byteCount: 21, beginning: "2:6a829aa58cbb5be2fc9"),
      Vector(
        seed: 42, number: 3, key: "k18", byteCount: 105, beginning: "3:3ae630b6821f9a300018a6"),
      Vector(seed: 7, number: 1, key: "k15", isDeletion: true),
      Vector(seed: 7, number: 11, key: "k19", isDeletion: true),
      Vector(seed: 7, number: 20, key: "k16", isDeletion: true),
      Vector(seed: 7, number: 22, key: "k5", isDeletion: true),
    ])
  func matchesTheSpecification(_ vector: Vector) {
    let update = UpdateStream(seed: vector.seed).update(vector.number)
    #expect(update.key == vector.key)
    #expect(update.isDeletion == vector.isDeletion)
    if let byteCount = vector.byteCount { #expect(update.value.utf8.count == byteCount) }
    #expect(update.value.hasPrefix(vector.beginning))
    #expect(Update.number(of: update.value) == vector.number)
  }
}
