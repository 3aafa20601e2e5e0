using Propolis.Scenarios.Guests;

namespace Propolis.Scenarios;

/// <summary>The text of a serial port as tests see it.</summary>
public sealed class SerialTextTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Escape_sequences_and_carriage_returns_are_taken_out_even_when_split()
    {
        var text = new SerialText();
        text.Append("one\r\n\e["u8);
        text.Append("6ntwo\n"u8);

        var end = await text.WaitForAsync("two", 0, Limit);

        Assert.Equal("one\ntwo", text.Between(0, end));
    }

    [Fact]
    public async Task A_wait_ends_when_the_text_comes_later()
    {
        var text = new SerialText();
        var wait = text.WaitForAsync("ready", 0, Limit);
        text.Append("rea"u8);
        Assert.False(wait.IsCompleted);
        text.Append("dy"u8);

        Assert.Equal(5, await wait);
    }

    [Fact]
    public async Task Text_before_the_given_place_does_not_count()
    {
        var text = new SerialText();
        text.Append("ready"u8);
        var wait = text.WaitForAsync("ready", text.Length, Limit);
        text.End();

        var failure = await Assert.ThrowsAsync<ScenarioException>(() => wait);
        Assert.Contains("ready", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_passes_shows_the_last_lines()
    {
        var text = new SerialText();
        text.Append("the last words\n"u8);

        var failure = await Assert.ThrowsAsync<ScenarioException>(() => text.WaitForAsync("never", 0, TimeSpan.FromMilliseconds(20)));

        Assert.Contains("the last words", failure.Message, StringComparison.Ordinal);
    }
}
