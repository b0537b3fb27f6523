package dev.marmoset.storage.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {
  @Test
  void readsEveryKindOfValue() throws JsonSyntaxException {
    JsonValue read =
        JsonValue.parse(" {\"a\": [1, -2.5e1, true, false, null, \"x\"], \"b\": {}, \"c\": []} ");
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("a",
        new JsonValue.Arr(List.of(new JsonValue.Whole(1), new JsonValue.Real(-25), new JsonValue.Bool(true),
            new JsonValue.Bool(false),
            new JsonValue.Null(), new JsonValue.Str("x"))));
    members.put("b", new JsonValue.Obj(Map.of()));
    members.put("c", new JsonValue.Arr(List.of()));
    assertThat(read).isEqualTo(new JsonValue.Obj(members));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 9_007_199_254_740_993L, Long.MAX_VALUE, Long.MIN_VALUE})
  void keepsWholeNumbersExact(long number) throws JsonSyntaxException {
    assertThat(JsonValue.parse(Long.toString(number))).isEqualTo(new JsonValue.Whole(number));
    assertThat(new JsonValue.Whole(number).indented()).isEqualTo(Long.toString(number));
  }

  @Test
  void readsANumberBeyondSixtyFourBitsAsReal() throws JsonSyntaxException {
    assertThat(JsonValue.parse("9223372036854775808")).isEqualTo(new JsonValue.Real(0x1p63));
  }

  @Test
  void decodesEscapes() throws JsonSyntaxException {
    assertThat(JsonValue.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude80\""))
        .isEqualTo(new JsonValue.Str("\"\\/\b\f\n\r\té🚀"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "[1,]", "[,1]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}",
    "{\"a\":1,\"a\":2}", "01", "1.", ".5", "+1", "-", "1e", "tru",
    "nul", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "1 2", "[1 2]", "NaN", "'a'"})
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> JsonValue.parse(text)).isInstanceOf(JsonSyntaxException.class)
        .hasMessageContaining("JSON at character");
  }

  @Test
  void refusesNestingThatWouldExhaustTheStack() {
    assertThatThrownBy(() -> JsonValue.parse("[".repeat(100_000))).isInstanceOf(JsonSyntaxException.class)
        .hasMessageContaining("100 levels");
  }

  @Test
  void printsWithTabsAsGoDoes() throws JsonSyntaxException {
    String text = "{\n\t\"a\": [\n\t\t1,\n\t\t\"x\\ty\\u0001\"\n\t],\n\t\"b\": {},\n\t\"c\": []\n}";
    assertThat(JsonValue.parse(text).indented()).isEqualTo(text);
  }
}
