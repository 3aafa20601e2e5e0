using Propolis.Contracts;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>One user, who commands one instance after the other command was answered, and remembers what was acknowledged.</summary>
sealed class SimUser(SimWorld world, int number, EquatableList<PlacementGroup>? groups = null)
{
    int _operations;

    public InstanceId Instance { get; } = InstanceId.Make($"inst-{number}");

    public VolumeId? Volume { get; } = number % 2 == 0 ? VolumeId.Make($"vol-{number}") : null;

    public bool Created { get; private set; }

    /// <summary>What may be wanted now: one thing, unless the last commands were never answered.</summary>
    public HashSet<DesiredState> Desired { get; } = [];

    public HashSet<string> Migrations { get; } = [];

    public async Task CreateAsync()
    {
        if (Volume is { } volume)
        {
            var template = new VolumeTemplate { Project = "p", Name = $"disk-{number}", Kind = VolumeKind.Crucible, SizeBytes = 512, RequestJson = "{\"type\":\"region\",\"gen\":1}" };
            await InsistAsync<IVolumeGrain, VolumeView>(volume.Value, grain => grain.CreateAsync(new() { OperationId = "create", Actor = "u", Template = template }));
        }
        var answer = await InsistAsync<IInstanceGrain, InstanceView>(Instance.Value, grain => grain.CreateAsync(new() { OperationId = "create", Actor = "u", Template = Template() }));
        if (answer is { Refusal: not null })
            world.History.Violate($"{Instance} was refused: {answer.Refusal.Detail}");
        Created = answer is not null;
        Desired.Add(DesiredState.Running);
    }

    public async Task LiveAsync(Func<bool> goOn)
    {
        await CreateAsync();
        while (goOn())
        {
            await world.PauseAsync(40_000);
            if (goOn())
                await CommandAsync();
        }
    }

    async Task CommandAsync()
    {
        switch (world.Random.Next(10))
        {
            case 0 or 1 or 2:
                await CommandAsync(InstanceAction.Start, DesiredState.Running);
                break;
            case 3 or 4:
                await CommandAsync(InstanceAction.Stop, DesiredState.Stopped);
                break;
            case 5:
                await CommandAsync(InstanceAction.Relocate, null);
                break;
            case 6 when world.Random.Next(8) == 0:
                await CommandAsync(InstanceAction.Delete, DesiredState.Deleted);
                break;
            default:
                await MigrateAsync();
                break;
        }
    }

    async Task MigrateAsync()
    {
        var id = MigrationId.Make($"mig-{number}-{_operations++}");
        var request = new StartMigration { OperationId = id.Value, Actor = "u", Instance = Instance };
        if (await InsistAsync<IMigrationGrain, MigrationView>(id.Value, grain => grain.StartAsync(request)) is { Refusal: null })
            Migrations.Add(id.Value);
        if (world.Random.Next(3) == 0)
        {
            await world.PauseAsync(12_000);
            await InsistAsync<IMigrationGrain, MigrationView>(id.Value, grain => grain.AbortAsync(new() { Actor = "u" }));
        }
    }

    async Task CommandAsync(InstanceAction action, DesiredState? desired)
    {
        var command = new InstanceCommand { OperationId = $"op-{_operations++}", Actor = "u", Action = action };
        var answer = await InsistAsync<IInstanceGrain, InstanceView>(Instance.Value, grain => grain.CommandAsync(command));
        if (desired is not { } wanted || answer is { Refusal: not null })
            return;
        if (answer is not null)
            Desired.Clear();
        Desired.Add(wanted);
    }

    /// <summary>Repeats a call with the same operation until it is answered, or gives up.</summary>
    async Task<Reply<TView>?> InsistAsync<TGrain, TView>(string key, Func<TGrain, Task<Reply<TView>>> call)
        where TGrain : class, IGrainWithStringKey
        where TView : class
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            try
            {
                return await world.Network.CallAsync(key, call);
            }
            catch (GrainCallException)
            {
                await world.PauseAsync(4000);
            }
        }
        // What was sent and not answered may still arrive.
        await world.Time.Delay(TimeSpan.FromMinutes(1));
        return null;
    }

    InstanceTemplate Template() => new()
    {
        Project = "p",
        Name = $"i-{number}",
        Spec = new()
        {
            Board = new() { Cpus = 2, MemoryMb = 1024, Chipset = new I440Fx { EnablePcie = false } },
            Components = Volume is null ? new([]) : new([KeyValuePair.Create<SpecKey, Component>("disk", new NvmeDisk { BackendId = "back", PciPath = new() { Bus = 0, Device = 4, Function = 0 }, SerialNumber = new(new byte[20]) })]),
        },
        Volumes = Volume is { } volume ? [new() { Volume = volume, Backend = "back" }] : [],
        Restart = new() { Mode = number % 3 == 0 ? RestartMode.Never : RestartMode.OnFailure, CooldownSeconds = 5 },
        Groups = groups ?? [],
        SledLoss = Volume is null ? SledLossPolicy.ConfirmedOff : SledLossPolicy.StorageFenced,
    };
}
