using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.RaydiumAmm;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>An error as a vector file tells it: kind of the Solana instruction error and custom code.</summary>
/// <param name="Kind">"Custom", "ProgramFailedToComplete", ...</param>
/// <param name="Code">Code of a custom error.</param>
/// <param name="Name">Name the program logged, may be empty.</param>
internal sealed record VectorError(string Kind, uint? Code, string Name)
{
    /// <summary>Kind of an error with a code of the program's own.</summary>
    internal const string CustomKind = "Custom";

    /// <inheritdoc/>
    public override string ToString() =>
        Code is { } code ? string.Create(CultureInfo.InvariantCulture, $"error {Kind} {code} {Name}").TrimEnd()
            : $"error {Kind}";
}

/// <summary>
/// When a quote agrees with a failed transaction. The rules, in order:
/// <list type="number">
/// <item>A custom error agrees with a quote that fails with the same <see cref="SwapQuote.ProgramErrorCode"/>.</item>
/// <item>Any other kind (the program panicked, ran out of compute units, ...) agrees with a quote that fails with
/// code 0:
/// "the program aborts without a code of its own".</item>
/// <item>A quote knows the pool, not the user. If it would debit more than the user holds, the outcome is the error
/// of the failing transfer: custom 1 (InsufficientFunds of the token programs, which look at the source before the
/// destination's overflow, custom 14), for Raydium AMM v4 custom 40, which that program checks itself before its other
/// checks of the amounts.</item>
/// <item>Explained, not passed: the quote succeeds, and the executed instruction names other accounts than the product
/// writes. Such a case tests the program's checks of its account list (a wrong authority, missing arrays), not a swap
/// anyone would send: only codes of account validation are taken (see <see cref="IsAccountError"/>), and where it is
/// known which code the foreign account gives, only that one (see <see cref="ForeignCode"/>).</item>
/// <item>Explained, not passed: Raydium AMM v4 exact-out cases in which the vector's binary rounded the input down to
/// zero and then refused it with code 29: its ceiling division gave zero when twice the numerator was below the
/// denominator (see <see cref="IsOldCeiling"/>). The current source rounds up; the file has no expected amounts for
/// these.</item>
/// </list>
/// </summary>
internal static class ErrorRule
{
    /// <summary>Rule 4 in words.</summary>
    internal const string ForeignAccounts = "the vector's instruction names accounts the product would not send";

    /// <summary>Rule 5 in words.</summary>
    internal const string OldCeiling =
        "the vector's binary rounds a tiny input down to zero, the current source rounds up";

    /// <summary>The token programs' refusal of a transfer that the destination cannot hold.</summary>
    internal const uint TokenOverflow = 14;

    private const uint TokenInsufficientFunds = 1;
    private const uint RaydiumAmmInsufficientFunds = 40;
    private const uint RaydiumAmmInvalidInput = 29;
    private const uint RaydiumAmmInvalidAddress = 1;
    private const int RaydiumAmmAuthorityIndex = 2;
    private const uint AnchorWrongOwner = 3007;
    private const string FirstSwap = "swap";

    // Anchor: constraint errors 2000-2499, account errors 3000-3999. Raydium AMM v4: codes 1 to 13 refuse an account.
    private const uint AnchorConstraintFirst = 2000;
    private const uint AnchorConstraintLast = 2499;
    private const uint AnchorAccountFirst = 3000;
    private const uint AnchorAccountLast = 3999;
    private const uint RaydiumAmmAccountLast = 13;

    /// <summary>Rules 1 and 2.</summary>
    internal static bool Agrees(VectorError expected, QuoteStatus status, in SwapQuote quote)
    {
        if (status == QuoteStatus.Ok) return false;
        return expected.Code is { } code ? quote.ProgramErrorCode == code : quote.ProgramErrorCode == 0;
    }

    /// <summary>
    /// Rule 3: the code of the transfer that fails for lack of funds, or null if the user holds enough.
    /// <paramref name="debit"/> is what the swap debits without a threshold.
    /// </summary>
    internal static uint? FundsError(VenueId venue, ulong debit, ulong userBalance)
    {
        if (debit <= userBalance) return null;
        return venue == VenueId.RaydiumAmm ? RaydiumAmmInsufficientFunds : TokenInsufficientFunds;
    }

    /// <summary>Rule 4's codes.</summary>
    internal static bool IsAccountError(VenueId venue, VectorError error) =>
        error.Code is { } code
        && (code is >= AnchorConstraintFirst and <= AnchorConstraintLast
            || code is >= AnchorAccountFirst and <= AnchorAccountLast
            || (venue == VenueId.RaydiumAmm && code is >= 1 and <= RaydiumAmmAccountLast));

    /// <summary>
    /// The code of rule 4 where it is known: a foreign authority of Raydium AMM v4 is an invalid program address, and
    /// the first instruction of Whirlpool and CLMM takes token accounts of the Token program only.
    /// </summary>
    internal static uint? ForeignCode(
        Pool pool, IReadOnlyDictionary<Pubkey, AccountText> accounts, VectorDifference difference, string instruction)
    {
        if (pool.Venue == VenueId.RaydiumAmm)
            return difference.Field == InstructionComparer.AccountField(RaydiumAmmAuthorityIndex)
                ? RaydiumAmmInvalidAddress : null;
        bool isFirst = instruction == FirstSwap && pool.Venue is VenueId.OrcaWhirlpool or VenueId.RaydiumClmm;
        return isFirst && (IsToken2022(pool.MintA) || IsToken2022(pool.MintB)) ? AnchorWrongOwner : null;

        bool IsToken2022(Pubkey mint) =>
            accounts.TryGetValue(mint, out AccountText? account) && account.Owner == ProgramIds.Token2022;
    }

    /// <summary>Rule 5.</summary>
    internal static bool IsOldCeiling(Pool pool, VectorError error, in SwapRequest request) =>
        pool is RaydiumAmmPool amm && request.Mode == SwapMode.ExactOut && error.Code == RaydiumAmmInvalidInput
        && amm.IsInputZeroByOldDivision(request.Direction, request.AmountRaw);
}
