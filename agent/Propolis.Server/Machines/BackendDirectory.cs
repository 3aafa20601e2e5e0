using Propolis.Contracts.Specs;

namespace Propolis.Server.Machines;

/// <summary>The backends of one VM as they are now: a migration may give them fresh generations while the VM exists.</summary>
sealed class BackendDirectory(SpecComponents components)
{
    readonly Lock _gate = new();
    readonly Dictionary<SpecKey, Component> _current = components.ToDictionary();

    /// <summary>The backend of this name.</summary>
    public Component this[SpecKey key]
    {
        get { lock (_gate) return _current[key]; }
    }

    /// <summary>What is opened from now on. Names that the VM does not have are an error, told in the sentence that comes back; null when there is none.</summary>
    public string? Replace(SpecComponents newer)
    {
        lock (_gate)
        {
            if (newer.Keys.FirstOrDefault(key => !_current.ContainsKey(key)) is { Value.Length: > 0 } unknown) return $"The VM has no backend \"{unknown}\".";
            foreach (var (key, backend) in newer) _current[key] = backend;
            return null;
        }
    }
}
