namespace Propolis.Silo.Hosting;

/// <summary>Whether the silo answers for its grains yet.</summary>
public sealed class SiloReadiness
{
    volatile bool _ready;

    /// <summary>Whether it holds its lease and has woken its grains.</summary>
    public bool IsReady
    {
        get => _ready;
        set => _ready = value;
    }
}
