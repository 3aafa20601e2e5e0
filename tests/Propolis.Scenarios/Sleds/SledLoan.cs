namespace Propolis.Scenarios.Sleds;

/// <summary>A borrowed sled; disposing gives it back.</summary>
public sealed class SledLoan(SledPool pool, Sled sled) : IAsyncDisposable
{
    /// <summary>The sled.</summary>
    public Sled Sled { get; } = sled;

    /// <summary>Gives the sled back to the pool.</summary>
    public ValueTask DisposeAsync()
    {
        pool.Return(Sled);
        return ValueTask.CompletedTask;
    }
}
