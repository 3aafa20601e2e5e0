using System.Net;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Machines;
using Propolis.Server.Rest;
using Propolis.Vmm.Migration;

namespace Propolis.Server.Instances;

/// <summary>
/// The place for the server's one VM.
/// <code>
/// empty -ensure-> building -> active -the VM ends-> over -ensure-> building ...
///                 building -failure-> as before
/// </code>
/// </summary>
sealed class InstanceSlot(IMachineFactory factory, TimeProvider clock, ILoggerFactory loggers)
{
    readonly Lock _gate = new(); // held for moments only, never while building
    ServerInstance? _current;
    bool _isBuilding;

    /// <summary>The VM, also one that is over. Throws <see cref="ServerException"/> (424) when there never was one.</summary>
    public ServerInstance Current
    {
        get { lock (_gate) return _current ?? throw ServerException.NoInstance(); }
    }

    /// <summary>The VM, or null.</summary>
    public ServerInstance? CurrentOrNone
    {
        get { lock (_gate) return _current; }
    }

    /// <summary>The VM for requests that change it. Throws <see cref="ServerException"/>: 503 while one is built, 424 when there is none.</summary>
    public ServerInstance ForChange
    {
        get
        {
            lock (_gate)
            {
                if (_isBuilding) throw new ServerException(HttpStatusCode.ServiceUnavailable, "The VM is still being made; try again.");
                return _current ?? throw ServerException.NoInstance();
            }
        }
    }

    /// <summary>Makes the VM from a spec. Throws <see cref="ServerException"/>: 400 with every fault of the spec, 409 when there is a VM already, 500 when the host cannot.</summary>
    public void Ensure(InstanceProperties properties, InstanceSpec spec)
    {
        Check(spec);
        Enter();
        ServerInstance? begun = null;
        try
        {
            var instance = New(properties, spec);
            var backends = new BackendDirectory(spec.Components);
            instance.Begin(spec, Build(instance, spec, backends, null), backends);
            begun = instance;
        }
        finally
        {
            Leave(begun);
        }
    }

    /// <summary>Makes a VM that waits for its guest; the spec is null when only the source knows it. Throws <see cref="ServerException"/> as <see cref="Ensure"/> does.</summary>
    public ServerInstance Await(InstanceProperties properties, InstanceSpec? spec)
    {
        if (spec is not null) Check(spec);
        Enter();
        var instance = New(properties, spec);
        Leave(instance);
        return instance;
    }

    /// <summary>Builds a machine for a VM of this place; <paramref name="arriving"/> is the guest that it waits for.</summary>
    public BuiltMachine Build(ServerInstance instance, InstanceSpec spec, BackendDirectory backends, MigrationOffer? arriving)
    {
        Check(spec);
        if (SpecSupport.Missing(spec) is { } missing) throw ServerException.NotBuilt(missing);
        return factory.Build(new MachineOrder { Properties = instance.Properties, Spec = spec, Backends = backends, Control = instance.Queue, Arriving = arriving });
    }

    ServerInstance New(InstanceProperties properties, InstanceSpec? spec) => new(properties, spec, clock, loggers.CreateLogger<ServerInstance>());

    static void Check(InstanceSpec spec)
    {
        string[] faults = [.. SpecRules.Faults(spec), .. SpecSupport.Faults(spec)];
        if (faults.Length > 0) throw new ServerException(HttpStatusCode.BadRequest, $"The spec cannot be used: {string.Join("; ", faults)}.");
    }

    void Enter()
    {
        lock (_gate)
        {
            if (_isBuilding || _current is { IsOver: false }) throw new ServerException(HttpStatusCode.Conflict, "This server has a VM already; a server serves one at a time.");
            _isBuilding = true;
        }
    }

    void Leave(ServerInstance? built)
    {
        lock (_gate)
        {
            _isBuilding = false;
            _current = built ?? _current;
        }
    }
}
