namespace Propolis.Silo.Hosting;

/// <summary>What a host calls on a grain besides its own interface, one turn at a time.</summary>
public interface IEntityGrain
{
    /// <summary>Called once, when the state was read and before any call.</summary>
    Task ActivateAsync();

    /// <summary>The time asked for by <see cref="GrainPorts.Wake"/> has come: looks at what is to do.</summary>
    Task TickAsync();

    /// <summary>Whether nothing is to be done until somebody calls, so that the host may forget the activation.</summary>
    bool IsSettled { get; }
}
