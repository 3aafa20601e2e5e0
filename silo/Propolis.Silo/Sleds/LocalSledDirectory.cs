using System.Collections.Concurrent;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Sleds;

/// <summary>The directory of a silo that is alone: its sleds' grains note every change themselves.</summary>
public sealed class LocalSledDirectory : ISledDirectory
{
    readonly ConcurrentDictionary<SledId, SledView> _sleds = [];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyCollection<SledView>> SledsAsync() => new((IReadOnlyCollection<SledView>)_sleds.Values);

    /// <inheritdoc/>
    public void Note(SledView view) => _sleds.AddOrUpdate(view.Id, view, (_, known) => view.Version >= known.Version ? view : known);
}
