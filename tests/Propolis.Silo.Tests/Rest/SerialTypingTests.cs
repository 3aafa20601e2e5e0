using System.Text;
using Propolis.Terminal;

namespace Propolis.Silo.Tests.Rest;

public sealed class SerialTypingTests
{
    readonly SerialTyping _typing = new();

    [Fact]
    public async Task What_the_guest_took_before_the_sender_noted_it_is_not_given_again()
    {
        // The word comes while the bytes are still being sent.
        using var source = new FakeConsole(broken: false, taking: count => _typing.Taken(count));
        await GiveAsync(source, isSameGuest: false, "ls\n");

        using var target = new FakeConsole(broken: false);
        await GiveAsync(target, isSameGuest: true, "x");

        Assert.Equal("x", await target.TypedAsync());
    }

    [Fact]
    public async Task As_much_as_is_kept_is_not_too_much()
    {
        await _typing.TakeAsync(new byte[SerialTyping.Limit], CancellationToken.None);

        Assert.False(_typing.IsFull);
        var more = _typing.TakeAsync(new byte[1], CancellationToken.None).AsTask();
        Assert.True(_typing.IsFull);
        Assert.False(more.IsCompleted);
    }

    async Task GiveAsync(FakeConsole console, bool isSameGuest, string text)
    {
        _typing.Begin(isSameGuest);
        await _typing.TakeAsync(Encoding.ASCII.GetBytes(text), CancellationToken.None);
        using var over = new CancellationTokenSource();
        var passing = _typing.PassToAsync(console, over.Token);
        Assert.False(passing.IsCompleted, "it ended before it was over");
        await over.CancelAsync();
        await passing;
    }
}
