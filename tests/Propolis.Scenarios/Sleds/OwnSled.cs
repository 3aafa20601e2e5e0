namespace Propolis.Scenarios.Sleds;

/// <summary>An emulated sled that is one test's alone, and goes with it.</summary>
sealed class OwnSled : IAsyncDisposable
{
    OwnSled(Sled sled) => Sled = sled;

    /// <summary>The sled.</summary>
    public Sled Sled { get; }

    /// <summary>Starts one with the options of './propolis sled start'.</summary>
    public static async Task<OwnSled> StartAsync(string name, params string[] options) => new(await Sled.StartAsync(name, ["--fresh", .. options]));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Sled.RemoveAsync();
}
