using System.Text;
using Propolis.Terminal;

namespace Propolis.Standalone.Tests.Console;

public sealed class TerminalKeysTests
{
    [Theory]
    [InlineData("ls\r", "ls\r", false)]
    [InlineData("\u0003", "\u0003", false)]
    [InlineData("\u0001\u0003", "", true)]
    [InlineData("\u0001\u0001", "\u0001", false)]
    [InlineData("\u0001x", "\u0001x", false)]
    [InlineData("a\u0001\u0003b", "a", true)]
    public void Keys_reach_the_guest_but_for_the_escape(string typed, string expected, bool leaves)
    {
        var toGuest = new List<byte>();

        var left = new TerminalKeys().Type(Encoding.ASCII.GetBytes(typed), toGuest);

        Assert.Equal(expected, Encoding.ASCII.GetString(toGuest.ToArray()));
        Assert.Equal(leaves, left);
    }

    [Fact]
    public void Escape_may_arrive_in_two_pieces()
    {
        var keys = new TerminalKeys();

        Assert.False(keys.Type([1], []));
        Assert.True(keys.Type([3], []));
    }
}
