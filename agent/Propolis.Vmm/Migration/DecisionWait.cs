namespace Propolis.Vmm.Migration;

/// <summary>Asks for the decision until it is there. It has no deadline of its own, on purpose: the decider owns this wait.</summary>
static class DecisionWait
{
    /// <summary>Ends with commit or abort. <paramref name="silent"/> hears what went wrong with a question, at most once for each question.</summary>
    public static async Task<MigrationVerdict> UntilDecidedAsync(
        IMigrationDecision decision, MigrationQuestion question, MigrationLimits limits, TimeProvider clock, Action<string> silent)
    {
        while (true)
        {
            try
            {
                var verdict = await Patience.WithinAsync(limits.Ask, clock, "the decider has not answered", token => decision.AskAsync(question, token), CancellationToken.None);
                if (verdict != MigrationVerdict.Undecided) return verdict;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                silent($"The decision cannot be had yet: {failure.Message}");
            }
            await Task.Delay(limits.AskAgain, clock, CancellationToken.None);
        }
    }
}
