namespace Propolis.Agent.Tests.Fakes;

/// <summary>Waits for states with a limit that only a broken program reaches.</summary>
static class Until
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until something is true.</summary>
    public static Task TrueAsync(Func<bool> isTrue, Func<string> seen) => TrueAsync(() => Task.FromResult(isTrue()), seen);

    /// <summary>Waits until something is true.</summary>
    public static async Task TrueAsync(Func<Task<bool>> isTrue, Func<string> seen)
    {
        using var deadline = new CancellationTokenSource(Limit);
        while (!await isTrue())
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"waited in vain; last seen: {seen()}");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
