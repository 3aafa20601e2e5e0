using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Tests.Hosting;

namespace Propolis.Silo.Orleans.Tests.Processes;

/// <summary>A paper agent behind HTTP, which calls whichever silo answers.</summary>
/// <param name="name">Its name.</param>
/// <param name="silos">The silos.</param>
sealed class PaperSled(string name, IReadOnlyList<IGrains> silos)
{
    const long MemoryMb = 100_000_000;

    static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    readonly PaperAgent _agent = new(name);
    int _silo;

    /// <summary>The guests that run.</summary>
    public IReadOnlyList<InstanceId> Running => _agent.Running;

    /// <summary>Serves silos below a path of its own.</summary>
    public void Map(WebApplication app)
    {
        app.MapPut($"/{name}{AgentRoutes.VmmPattern}", (string instance, long incarnation) => Answer(_agent.Ensure(InstanceId.Make(instance), incarnation)));
        app.MapPut($"/{name}{AgentRoutes.VmmPattern}/state", (string instance, long incarnation) => Answer(_agent.Stop(InstanceId.Make(instance), incarnation)));
        app.MapDelete($"/{name}{AgentRoutes.VmmPattern}", (string instance, long incarnation) => Answer(_agent.Remove(InstanceId.Make(instance), incarnation)));
    }

    /// <summary>Registers, and beats until stopped.</summary>
    /// <param name="address">The address that <see cref="Map"/> is served at.</param>
    /// <param name="stop">Ends it.</param>
    public async Task LiveAsync(Uri address, CancellationToken stop)
    {
        var register = true;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var sled = silos[_silo % silos.Count].Get<ISledGrain>(_agent.Id.Value);
                if (register)
                    await sled.RegisterAsync(_agent.Register(new Uri(address, name).ToString(), MemoryMb));
                register = (await sled.HeartbeatAsync(_agent.Heartbeat)).Register;
            }
            catch (GrainCallException)
            {
                _silo++;
            }
            await Task.WhenAny(Task.Delay(BeatEvery, stop));
        }
    }

    static IResult Answer(VmmReply reply) => Results.Json(reply, PropolisJson.Options);
}
