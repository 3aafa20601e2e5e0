using Propolis.Contracts.Hosting;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>Calls from agents and users to whatever silo there is: lost before or after they were carried out, or carried out twice.</summary>
sealed class SimNetwork(SimWorld world)
{
    /// <summary>Calls a grain.</summary>
    /// <returns>Its answer.</returns>
    /// <exception cref="GrainCallException">Lost, on either way.</exception>
    public async Task<TAnswer> CallAsync<TGrain, TAnswer>(string key, Func<TGrain, Task<TAnswer>> call)
        where TGrain : class, IGrainWithStringKey
    {
        await world.PauseAsync(5);
        if (world.Silo is not { IsDead: false } silo || world.Happens(world.Faults.RequestLost))
            throw new GrainCallException("simulated: request lost");
        if (world.Happens(world.Faults.RequestDoubled))
            _ = world.Start(() => AgainAsync(key, call));
        var answer = await call(silo.Host.Get<TGrain>(key));
        await world.PauseAsync(5);
        if (silo.IsDead || world.Happens(world.Faults.ReplyLost))
            throw new GrainCallException("simulated: reply lost");
        return answer;
    }

    async Task AgainAsync<TGrain, TAnswer>(string key, Func<TGrain, Task<TAnswer>> call)
        where TGrain : class, IGrainWithStringKey
    {
        await world.PauseAsync(2000);
        try
        {
            if (world.Silo is { IsDead: false } silo)
                await call(silo.Host.Get<TGrain>(key));
        }
        catch (GrainCallException)
        {
        }
    }
}
