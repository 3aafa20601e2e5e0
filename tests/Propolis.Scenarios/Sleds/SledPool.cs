using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(Propolis.Scenarios.Sleds.SledPool))]

namespace Propolis.Scenarios.Sleds;

/// <summary>The sleds that all scenarios share: started when first borrowed, lent to one test at a time, removed at the end.</summary>
public sealed class SledPool : IAsyncDisposable
{
    // Each emulated sled has two virtual CPUs: more sleds than cores only slow each other down. Two at least, since a scenario may need two.
    static readonly int Size = Checkout.HasUsableKvm ? Environment.ProcessorCount : Math.Clamp(Environment.ProcessorCount, 2, 4);

    readonly SemaphoreSlim _free = new(Size);
    readonly ConcurrentBag<Sled> _idle = [];
    readonly ConcurrentBag<Sled> _started = [];
    int _nextNumber;

    /// <summary>Waits for a free sled. Dispose of the loan to give it back.</summary>
    public async Task<SledLoan> BorrowAsync()
    {
        await _free.WaitAsync();
        try
        {
            if (!_idle.TryTake(out var sled)) sled = await StartNextAsync();
            return new SledLoan(this, sled);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>Removes every sled that was started here.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var sled in _started) await sled.RemoveAsync();
        _free.Dispose();
    }

    internal void Return(Sled sled)
    {
        _idle.Add(sled);
        _free.Release();
    }

    async Task<Sled> StartNextAsync()
    {
        var sled = Checkout.HasUsableKvm ? Sled.OfThisMachine() : await Sled.StartAsync($"scenario-{Interlocked.Increment(ref _nextNumber)}", "--fresh");
        _started.Add(sled);
        return sled;
    }
}
