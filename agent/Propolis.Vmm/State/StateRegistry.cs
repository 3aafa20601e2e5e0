namespace Propolis.Vmm.State;

/// <summary>
/// All parts of a machine that have state, by name and in the order in which they are imported. Whether a set of payloads fits is decided before anything changes.
/// </summary>
public sealed class StateRegistry
{
    readonly List<(string Name, ISnapshot Part)> _parts = [];

    /// <summary>Adds a part; names are unique in a machine.</summary>
    public void Add(string name, ISnapshot part)
    {
        if (_parts.Any(p => p.Name == name)) throw new ArgumentException($"Two parts are called '{name}'.", nameof(name));
        _parts.Add((name, part));
    }

    /// <summary>Every part, in the order of import.</summary>
    public IReadOnlyList<StateKind> Kinds => [.. _parts.Select(p => new StateKind(p.Name, p.Part.Kind, p.Part.Version))];

    /// <summary>Exports every part; the machine is paused.</summary>
    public IReadOnlyList<StatePayload> Export()
    {
        var payloads = new List<StatePayload>(_parts.Count);
        foreach (var (name, part) in _parts)
        {
            var writer = new StateWriter();
            part.Export(writer);
            payloads.Add(new StatePayload(name, part.Kind, part.Version, writer.Written.ToArray()));
        }
        return payloads;
    }

    /// <summary>
    /// Exports parts and imports them again, in a paused machine that has not run: what does not work shows before a guest depends on it, and what runs for the first time is slow
    /// now instead of while the guest stands still. Throws what the parts throw.
    /// </summary>
    public void Rehearse()
    {
        foreach (var (name, part) in _parts.Where(p => p.Part.CanRehearse))
        {
            var writer = new StateWriter();
            part.Export(writer);
            var reader = new StateReader(writer.Written.ToArray(), name);
            part.Import(reader);
            reader.ExpectEnd();
        }
    }

    /// <summary>
    /// Why these payloads cannot be imported here, or null: a part without a payload, a payload without a part, another layout, or a version from a newer build.
    /// </summary>
    public string? Misfit(IEnumerable<StatePayload> payloads) => Misfit(payloads.Select(p => new StateKind(p.Name, p.Kind, p.Version)));

    /// <summary>As <see cref="Misfit(IEnumerable{StatePayload})"/>, of payloads that are not here yet.</summary>
    public string? Misfit(IEnumerable<StateKind> payloads)
    {
        var missing = _parts.ToDictionary(p => p.Name, p => p.Part);
        foreach (var payload in payloads)
        {
            if (!missing.Remove(payload.Name, out var part)) return $"it holds state of '{payload.Name}', which this machine does not have";
            if (part.Kind != payload.Kind) return $"'{payload.Name}' is {payload.Kind} in it, and {part.Kind} here";
            if (part.Version != payload.Version) return $"'{payload.Name}' has {payload.Kind} version {payload.Version} in it; this build reads version {part.Version}";
        }
        return missing.Count == 0 ? null : $"it holds no state of '{missing.Keys.First()}'";
    }

    /// <summary>Imports all parts in their order. Throws <see cref="StateFormatException"/> when they do not fit; nothing has changed then but by a damaged payload.</summary>
    public void Import(IReadOnlyCollection<StatePayload> payloads)
    {
        if (Misfit(payloads) is { } why) throw new StateFormatException($"The state does not fit: {why}.");
        foreach (var (name, part) in _parts)
        {
            var reader = new StateReader(payloads.First(p => p.Name == name).Data, name);
            part.Import(reader);
            reader.ExpectEnd();
        }
    }
}
