using System.Globalization;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Silo.Sleds;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>A silo's way to agents: lost, doubled, late.</summary>
sealed class SimSledClient(SimWorld world, Func<bool> lives) : ISledClient
{
    public Task<VmmReply> EnsureAsync(string address, InstanceId instance, long incarnation, VmmEnsureRequest request) =>
        CallAsync(address, agent => agent.EnsureAsync(instance, incarnation, request));

    public Task<VmmReply> SetStateAsync(string address, InstanceId instance, long incarnation, VmmStateRequest request) =>
        CallAsync(address, agent => agent.SetStateAsync(instance, incarnation, request));

    public Task<VmmReply> RemoveAsync(string address, InstanceId instance, long incarnation) =>
        CallAsync(address, agent => agent.RemoveAsync(instance, incarnation));

    public Task<VmmReply> MigrateAsync(string address, InstanceId instance, long incarnation, VmmMigrateRequest request) =>
        CallAsync(address, agent => agent.MigrateAsync(instance, incarnation, request));

    public Task<VmmReply> StopMigrationAsync(string address, InstanceId instance, long incarnation) =>
        CallAsync(address, agent => agent.StopMigrationAsync(instance, incarnation));

    public async Task<bool> HasGuestAsync(string server, InstanceId instance)
    {
        await world.PauseAsync(10);
        var (name, incarnation) = (server.Split(':')[0], long.Parse(server.Split(':')[1], CultureInfo.InvariantCulture));
        var sled = world.Agents[$"http://{name}"];
        if (lives() && !sled.IsCutOff && sled.Find(instance, incarnation) is { } vmm && !world.Happens(world.Faults.RequestLost))
            return vmm.State is VmmState.Running or VmmState.Rebooting or VmmState.Migrating;
        // Nobody listens, or nothing comes back.
        await world.PauseAsync(4000);
        return false;
    }

    async Task<VmmReply> CallAsync(string address, Func<SimAgent, Task<VmmReply>> call)
    {
        if (!lives())
            throw new SledCallException("simulated: this silo is dead");
        var agent = world.Agents.Values.Single(one => one.Address == address);
        await world.PauseAsync(10);
        if (!agent.Answers || world.Happens(world.Faults.RequestLost))
        {
            await world.Time.Delay(TimeSpan.FromSeconds(5));
            throw new SledCallException("simulated: request lost");
        }
        if (world.Happens(world.Faults.RequestDoubled))
            _ = world.Start(() => AgainAsync(agent, call));
        var reply = await call(agent);
        await world.PauseAsync(10);
        if (!agent.Answers || !lives() || world.Happens(world.Faults.ReplyLost))
        {
            await world.Time.Delay(TimeSpan.FromSeconds(5));
            throw new SledCallException("simulated: reply lost");
        }
        return reply;
    }

    async Task AgainAsync(SimAgent agent, Func<SimAgent, Task<VmmReply>> call)
    {
        await world.PauseAsync(30_000);
        if (agent.Answers)
            await call(agent);
    }
}
