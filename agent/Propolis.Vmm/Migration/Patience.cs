namespace Propolis.Vmm.Migration;

/// <summary>Waits with a deadline: whoever is waited for has so long, then the migration says what did not come.</summary>
static class Patience
{
    /// <summary>Runs something that must end in time. Throws <see cref="MigrationException"/> with <paramref name="late"/> ("the target does not answer") when it does not.</summary>
    public static async Task<T> WithinAsync<T>(TimeSpan limit, TimeProvider clock, string late, Func<CancellationToken, Task<T>> run, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            return await run(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new MigrationException($"After {limit.TotalSeconds:0.#} s {late}.");
        }
    }

    /// <summary>As the other, without a result.</summary>
    public static Task WithinAsync(TimeSpan limit, TimeProvider clock, string late, Func<CancellationToken, Task> run, CancellationToken cancellation) =>
        WithinAsync(limit, clock, late, async token =>
        {
            await run(token);
            return true;
        }, cancellation);

    /// <summary>Runs something that takes as long as it must, but in which <paramref name="progress"/> has to change at least every <paramref name="limit"/>.</summary>
    public static async Task<T> WhileMovingAsync<T>(
        TimeSpan limit, TimeProvider clock, Func<long> progress, Func<CancellationToken, Task<T>> run, CancellationToken cancellation)
    {
        using var stalled = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellation);
        var last = progress();
        using var watch = clock.CreateTimer(_ =>
        {
            var now = progress();
            if (now == Interlocked.Exchange(ref last, now)) Break(stalled);
        }, null, limit, limit);
        try
        {
            return await run(either.Token);
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new MigrationException($"Nothing has moved between the two sides for {limit.TotalSeconds:0.#} s.");
        }
    }

    // The timer may fire once more while the wait is ending.
    static void Break(CancellationTokenSource wait)
    {
        try
        {
            wait.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
