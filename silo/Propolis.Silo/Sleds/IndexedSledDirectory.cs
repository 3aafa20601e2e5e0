using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Sleds;

/// <summary>The directory of a silo among others: read from the index once a second, with what this silo knows better on top.</summary>
/// <param name="index">The index.</param>
/// <param name="time">The clock.</param>
public sealed class IndexedSledDirectory(IClusterIndex index, TimeProvider time) : ISledDirectory
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    Dictionary<SledId, SledView> _sleds = [];
    DateTimeOffset _readAt = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyCollection<SledView>> SledsAsync()
    {
        lock (_lock)
        {
            if (time.GetUtcNow() - _readAt < Fresh)
                return [.. _sleds.Values];
        }
        var read = await ReadAsync();
        lock (_lock)
        {
            foreach (var known in _sleds.Values.Where(known => read.TryGetValue(known.Id, out var one) && known.Version > one.Version))
                read[known.Id] = known;
            (_sleds, _readAt) = (read, time.GetUtcNow());
            return [.. _sleds.Values];
        }
    }

    /// <inheritdoc/>
    public void Note(SledView view)
    {
        lock (_lock)
        {
            if (!_sleds.TryGetValue(view.Id, out var known) || view.Version >= known.Version)
                _sleds[view.Id] = view;
        }
    }

    async Task<Dictionary<SledId, SledView>> ReadAsync()
    {
        var all = new Dictionary<SledId, SledView>();
        string? after = null;
        do
        {
            var page = await index.SledsAsync(new() { After = after, Limit = IndexQuery.LongestPage });
            foreach (var sled in page.Items)
                all[sled.Id] = sled;
            after = page.Next;
        }
        while (after is not null);
        return all;
    }
}
