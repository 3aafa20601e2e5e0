
namespace Propolis.Silo.Orleans.Hosting;

/// <summary>Brings any grain into memory, where it looks at what is to do.</summary>
[Alias("propolis.wake")]
public interface IWakeExtension : IGrainExtension
{
    /// <summary>Does nothing: being called is enough.</summary>
    [Alias("wake")] Task WakeAsync();
}

/// <summary>The extension's other side.</summary>
sealed class WakeExtension : IWakeExtension
{
    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;
}
